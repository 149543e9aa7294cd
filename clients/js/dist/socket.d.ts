import type { Address, Data, EventMap, Options, State } from './options.js';
type Handler<K extends keyof EventMap> = ((event: EventMap[K]) => unknown) | null;
/** A WebSocket that stays connected: same interface, plus heartbeat, reconnect and a bounded queue. */
export declare class HawserSocket extends EventTarget {
    #private;
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSING = 2;
    readonly CLOSED = 3;
    onopen: Handler<'open'>;
    onmessage: Handler<'message'>;
    /** An open connection was lost, or all is over; `readyState` tells which: 0 or 3. */
    onclose: Handler<'close'>;
    onerror: Handler<'error'>;
    onstate: Handler<'state'>;
    onreconnecting: Handler<'reconnecting'>;
    onheartbeat: Handler<'heartbeat'>;
    /**
     * Connects at once.
     * @param address where to; a relative one counts from the page, and `ws:` on an https page means `wss:`.
     * @param protocols sub-protocols, as of a WebSocket.
     * @throws SyntaxError for an address that can never work, TypeError where there is no WebSocket.
     */
    constructor(address: Address, protocols?: string | string[], options?: Options);
    get url(): string;
    get protocol(): string;
    get extensions(): string;
    get state(): State;
    get readyState(): 0 | 1 | 2 | 3;
    /** Bytes that wait here, and those that the browser has not sent yet. */
    get bufferedAmount(): number;
    get binaryType(): BinaryType;
    set binaryType(value: BinaryType);
    /**
     * Sends, or keeps for the next connection: in order, each message once.
     * @throws DOMException `QuotaExceededError` when the queue is full, `InvalidStateError` after the end.
     */
    send(data: Data): void;
    /** Ends the connection for good. */
    close(code?: number, reason?: string): void;
    /** Drops the connection, if there is one, and connects at once: for a new token, or after the end. */
    reconnect(): void;
    addEventListener<K extends keyof EventMap>(type: K, listener: ((event: EventMap[K]) => unknown) | EventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}
export {};
