export { HawserSocket } from './socket.cjs';
export type { Address, Data, EventMap, HeartbeatEvent, HeartbeatOptions, Options, Reason, ReconnectingEvent, State, StateEvent, } from './options.cjs';
