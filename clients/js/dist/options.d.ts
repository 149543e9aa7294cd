/** What `send` takes, as of a WebSocket. */
export type Data = string | ArrayBufferLike | Blob | ArrayBufferView;
/** An address, or a function that gives one for each attempt: the place to fetch a fresh token. */
export type Address = string | URL | ((attempt: number) => string | URL | Promise<string | URL>);
/** What the socket is doing; docs/heartbeat.md has the machine. */
export type State = 'connecting' | 'open' | 'waiting' | 'closing' | 'closed';
/** Why a new attempt is needed. */
export type Reason = 
/** The connection was closed by the server, or broke. */
'close'
/** An attempt failed: nobody answered, the answer was no handshake, or the address could not be had. */
 | 'failed'
/** An attempt took longer than `connectTimeout`. */
 | 'timeout'
/** Nothing came within `heartbeat.timeout` after a heartbeat. */
 | 'heartbeat'
/** The page was put away by the browser; it goes on when the page comes back. */
 | 'hidden';
/** The heartbeat. All times are milliseconds. */
export interface HeartbeatOptions {
    /** So long without a message from the server, and a heartbeat is sent. Default 20000. */
    interval?: number;
    /** So long after a heartbeat without any message, and the connection counts as dead. Default 20000. */
    timeout?: number;
    /** What is sent: data, or a function called for each heartbeat. Default `'ping'`. */
    message?: Data | (() => Data);
    /**
     * The answer to a heartbeat, as a text or a test of the message's data. Such a message is not delivered, and only it ends the
     * measurement of the round trip. Default none: every message counts as the answer, and every message is delivered.
     */
    reply?: string | ((data: unknown) => boolean);
}
/** All times are milliseconds. */
export interface Options {
    /** The heartbeat, or `false` for none. */
    heartbeat?: HeartbeatOptions | false;
    /** The first delay is chosen between 0 and this. Default 500. */
    minDelay?: number;
    /** No delay is longer. Default 30000. */
    maxDelay?: number;
    /** Each attempt in a row multiplies the range of the delay by this. Default 2. */
    factor?: number;
    /** The range of the delay is at least this after the close codes 1001, 1012 and 1013: many clients lost their connection at once. Default 5000. */
    restartSpread?: number;
    /** A connection that was open for so long starts the count of attempts anew. Default 10000. */
    stableAfter?: number;
    /** So many attempts in a row may fail. Default no limit. */
    maxRetries?: number;
    /** An attempt that takes longer is given up, the time for the address included. Default 10000. */
    connectTimeout?: number;
    /**
     * Whether to connect again after this close code. `undefined` leaves it to the rule: not after 1000, 1008 and 4000 to 4999.
     */
    shouldReconnect?: (code: number, reason: string) => boolean | undefined;
    /** So many bytes may wait in the queue while there is no connection. Default 1048576. */
    maxQueue?: number;
    /** The WebSocket to use, such as the one of the package `ws`. Default the global one. */
    WebSocket?: new (url: string, protocols?: string | string[]) => WebSocket;
}
/** Fires with `state`. */
export interface StateEvent extends Event {
    readonly state: State;
    readonly previous: State;
}
/** Fires with `reconnecting`: a new attempt has been planned. */
export interface ReconnectingEvent extends Event {
    /** Number of this attempt, 1 for the first one after a stable connection. */
    readonly attempt: number;
    /** Milliseconds until it; Infinity while the page is put away or the network is gone. */
    readonly delay: number;
    readonly reason: Reason;
}
/** Fires with `heartbeat`: a heartbeat was answered. */
export interface HeartbeatEvent extends Event {
    /** Round trip in milliseconds. */
    readonly rtt: number;
}
/** Event types by name. */
export interface EventMap {
    open: Event;
    message: MessageEvent;
    close: CloseEvent;
    error: Event;
    state: StateEvent;
    reconnecting: ReconnectingEvent;
    heartbeat: HeartbeatEvent;
}
