export { HawserSocket } from './socket.js';
export type { Address, Data, EventMap, HeartbeatEvent, HeartbeatOptions, Options, Reason, ReconnectingEvent, State, StateEvent, } from './options.js';
