import type { Address, Data, EventMap, Options, Reason, State } from './options.js';
import { ceiling, copy, mayReconnect, resolve, sizeOf } from './rules.js';

type Timer = ReturnType<typeof setTimeout>;
type Handler<K extends keyof EventMap> = ((event: EventMap[K]) => unknown) | null;

const closeTimeout = 5000;
const on = 'on';

const defaults = {
  minDelay: 500, maxDelay: 30000, factor: 2, restartSpread: 5000, stableAfter: 10000, maxRetries: Infinity, connectTimeout: 10000,
  maxQueue: 1048576,
};

/** A WebSocket that stays connected: same interface, plus heartbeat, reconnect and a bounded queue. */
export class HawserSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  onopen: Handler<'open'> = null;
  onmessage: Handler<'message'> = null;
  /** An open connection was lost, or all is over; `readyState` tells which: 0 or 3. */
  onclose: Handler<'close'> = null;
  onerror: Handler<'error'> = null;
  onstate: Handler<'state'> = null;
  onreconnecting: Handler<'reconnecting'> = null;
  onheartbeat: Handler<'heartbeat'> = null;

  #address: Address;
  #protocols: string | string[];
  #options: Options & typeof defaults;
  #interval: number;
  #timeout: number;
  #message: Data | (() => Data);
  #reply: ((data: unknown) => boolean) | undefined;

  #state: State = 'connecting';
  #moves = 0;                          // number of state changes: an event handler may have caused another one
  #socket: WebSocket | undefined;
  #url = '';
  #binaryType: BinaryType = 'blob';
  #timer: Timer | undefined;           // to connect, to give up connecting, to give up closing: one at a time
  #beatTimer: Timer | undefined;
  #beatAt = 0;                         // when the unanswered heartbeat was sent; 0 without one
  #secondChance = false;
  #openedAt = 0;
  #attempt = 0;
  #queue: Data[] = [];
  #queued = 0;
  #page: AbortController | undefined;

  /**
   * Connects at once.
   * @param address where to; a relative one counts from the page, and `ws:` on an https page means `wss:`.
   * @param protocols sub-protocols, as of a WebSocket.
   * @throws SyntaxError for an address that can never work, TypeError where there is no WebSocket.
   */
  constructor(address: Address, protocols: string | string[] = [], options: Options = {}) {
    super();
    this.#address = address;
    this.#protocols = protocols;
    this.#options = { ...defaults, ...options };
    const beat = options.heartbeat || {};
    this.#interval = options.heartbeat === false ? 0 : beat.interval ?? 20000;
    this.#timeout = beat.timeout ?? 20000;
    this.#message = beat.message ?? 'ping';
    const reply = beat.reply;
    this.#reply = typeof reply === 'string' ? (data) => data === reply : reply;
    this.#connect();
    this.#watchPage();
  }

  get url(): string { return this.#url; }
  get protocol(): string { return this.#socket?.protocol ?? ''; }
  get extensions(): string { return this.#socket?.extensions ?? ''; }
  get state(): State { return this.#state; }

  get readyState(): 0 | 1 | 2 | 3 {
    return ({ connecting: 0, waiting: 0, open: 1, closing: 2, closed: 3 } as const)[this.#state];
  }

  /** Bytes that wait here, and those that the browser has not sent yet. */
  get bufferedAmount(): number { return this.#queued + (this.#socket?.bufferedAmount ?? 0); }

  get binaryType(): BinaryType { return this.#binaryType; }
  set binaryType(value: BinaryType) {
    this.#binaryType = value;
    if (this.#socket) this.#socket.binaryType = value;
  }

  /**
   * Sends, or keeps for the next connection: in order, each message once.
   * @throws DOMException `QuotaExceededError` when the queue is full, `InvalidStateError` after the end.
   */
  send(data: Data): void {
    if (this.#state === 'open' && this.#socket!.readyState === 1) {
      this.#socket!.send(data as string);
      return;
    }
    if (this.readyState > 1) throw new DOMException('The socket is closed', 'InvalidStateError');
    const size = sizeOf(data);
    if (this.#queued + size > this.#options.maxQueue) throw new DOMException('The queue is full', 'QuotaExceededError');
    this.#queue.push(copy(data));
    this.#queued += size;
  }

  /** Ends the connection for good. */
  close(code?: number, reason?: string): void {
    if (this.readyState > 1) return;
    if (this.#state !== 'open') {
      this.#end(code ?? 1005, reason ?? '', true);
      return;
    }
    this.#socket!.close(code, reason);
    this.#stopTimers();
    this.#timer = setTimeout(() => this.#end(1006, '', false), closeTimeout);
    this.#move('closing');
  }

  /** Drops the connection, if there is one, and connects at once: for a new token, or after the end. */
  reconnect(): void {
    const lost = this.#state === 'open';
    this.#attempt = 0;
    this.#drop(false);
    this.#watchPage();
    this.#connect(lost ? [['close', { code: 1000, reason: 'reconnect', wasClean: true }]] : []);
  }

  // --- connecting

  #connect(events: [string, object][] = []): void {
    this.#stopTimers();
    const address = this.#address;
    if (typeof address !== 'function') this.#open(address);
    const timer = this.#timer = setTimeout(() => this.#lost('timeout', 1006, '', false), this.#options.connectTimeout);
    if (!this.#move('connecting', events) || typeof address !== 'function') return;
    // The answer counts only for the attempt that asked.
    const mine = (): boolean => this.#timer === timer;
    (async () => address(this.#attempt))().then((url) => mine() && this.#try(url), (error) => mine() && this.#failed(error));
  }

  #try(url: string | URL): void {
    try {
      this.#open(url);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#emit('error', { error });
    if (this.#state === 'connecting') this.#lost('failed', 1006, '', false);
  }

  #open(address: string | URL): void {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!Socket) throw new TypeError('No WebSocket here: pass one, { WebSocket }');
    this.#url = resolve(address);
    const socket = new Socket(this.#url, this.#protocols);
    this.#socket = socket;
    socket.binaryType = this.#binaryType;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#received(event);
    socket.onerror = (event) => this.#emit('error', { error: (event as ErrorEvent).error });
    socket.onclose = ({ code, reason, wasClean }) =>
      this.#lost(this.#state === 'connecting' ? 'failed' : 'close', code, reason, wasClean);
  }

  // --- open

  #opened(): void {
    this.#stopTimers();
    this.#openedAt = Date.now();
    this.#arm();
    this.#move('open', [['open', {}]]);
    // After the handlers: what they send (a login, a subscription) goes before what has waited.
    while (this.#queue.length && this.#state === 'open' && this.#socket!.readyState === 1) {
      this.#queued -= sizeOf(this.#queue[0]!);
      this.#socket!.send(this.#queue.shift() as string);
    }
  }

  #received(event: MessageEvent): void {
    const answer = !this.#reply || this.#reply(event.data);
    const rtt = performance.now() - this.#beatAt;
    const measured = this.#beatAt && answer;
    if (measured) this.#beatAt = 0;
    this.#secondChance = false;
    this.#arm();
    if (measured) this.#emit('heartbeat', { rtt });
    if (!(this.#reply && answer)) this.#fire(new MessageEvent('message', { data: event.data, origin: event.origin ?? '' }));
  }

  #arm(): void {
    clearTimeout(this.#beatTimer);
    if (this.#interval && this.#state !== 'closing') this.#beatTimer = setTimeout(() => this.#beat(), this.#interval);
  }

  #beat(): void {
    const message = this.#message;
    const due = Date.now() + this.#timeout;
    clearTimeout(this.#beatTimer);
    this.#beatAt = performance.now();
    this.#beatTimer = setTimeout(() => this.#overdue(due), this.#timeout);
    if (this.#socket!.readyState === 1) this.#socket!.send((typeof message === 'function' ? message() : message) as string);
  }

  /** A timer that comes very late shows that the machine or the page slept; the answer may lie unread. Once, it is asked again. */
  #overdue(due: number): void {
    if (Date.now() - due > this.#timeout && !this.#secondChance) {
      this.#secondChance = true;
      this.#beat();
    } else {
      this.#lost('heartbeat', 1006, 'no answer to the heartbeat', false);
    }
  }

  // --- lost

  #lost(why: Reason, code: number, reason: string, wasClean: boolean): void {
    const was = this.#state;
    const options = this.#options;
    if (was === 'open' && Date.now() - this.#openedAt >= options.stableAfter) this.#attempt = 0;
    const hopeful = why !== 'close' || (options.shouldReconnect?.(code, reason) ?? mayReconnect(code));
    const attempt = this.#attempt + 1;
    if (was === 'closing' || !hopeful || (attempt > options.maxRetries && why !== 'hidden')) {
      this.#end(code, reason, wasClean);
      return;
    }
    this.#drop(why !== 'hidden');
    if (why !== 'hidden') this.#attempt = attempt;
    const range = ceiling(attempt, code, options.minDelay, options.maxDelay, options.factor, options.restartSpread);
    const delay = why === 'hidden' || this.#offline ? Infinity : Math.random() * range;
    if (delay < Infinity) this.#timer = setTimeout(() => this.#offline || this.#connect(), delay);
    this.#move('waiting', [
      ...(was === 'open' ? [['close', { code, reason, wasClean }] as [string, object]] : []),
      ['reconnecting', { attempt, delay, reason: why }],
    ]);
  }

  #end(code: number, reason: string, wasClean: boolean): void {
    this.#drop();
    this.#page?.abort();
    this.#page = undefined;
    this.#move('closed', [['close', { code, reason, wasClean }]]);
  }

  #drop(dead = true): void {
    this.#stopTimers();
    const socket = this.#socket as (WebSocket & { terminate?: () => void }) | undefined;
    this.#socket = undefined;
    if (!socket) return;
    // Its close may take a minute on a dead connection, and must not count as a second loss. ws throws an error nobody handles.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.onerror = () => {};
    if (dead && socket.terminate) socket.terminate();
    else socket.close(1000);
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#beatTimer);
    this.#beatAt = 0;
    this.#secondChance = false;
  }

  // --- the page

  get #offline(): boolean { return globalThis.navigator?.onLine === false; }

  #watchPage(): void {
    if (this.#page || !globalThis.addEventListener) return;
    this.#page = new AbortController();
    const options = { signal: this.#page.signal };
    const wake = (): void => {
      if (this.#state === 'waiting' && !this.#offline) this.#connect();
      else if (this.#state === 'open' && this.#interval && !this.#beatAt) this.#beat();
    };
    addEventListener('online', wake, options);
    addEventListener('pageshow', (event) => event.persisted && wake(), options);
    // An open WebSocket keeps a page out of the back/forward cache, or is cut there without a word.
    addEventListener('pagehide', () => this.#state !== 'closing' && this.#lost('hidden', 1001, 'page hidden', true), options);
    globalThis.document?.addEventListener('visibilitychange', () => document.hidden || wake(), options);
  }

  // --- events

  /** Changes the state and tells of it. Stops telling, and returns false, when a handler has changed it once more. */
  #move(state: State, events: [string, object][] = []): boolean {
    const previous = this.#state;
    if (state !== previous) {
      this.#state = state;
      events = [['state', { state, previous }], ...events];
      this.#moves++;
    }
    const move = this.#moves;
    for (const [type, properties] of events) {
      if (move === this.#moves) this.#emit(type, properties);
    }
    return move === this.#moves;
  }

  #emit(type: string, properties: object): void {
    const Type = (type === 'close' && globalThis.CloseEvent) || Event;
    const event = new Type(type, properties);
    this.#fire(Type === Event ? Object.assign(event, properties) : event);
  }

  #fire(event: Event): void {
    this.dispatchEvent(event);
    const handler = (this as unknown as Record<string, unknown>)[on + event.type];
    if (typeof handler === 'function') handler.call(this, event);
  }

  override addEventListener<K extends keyof EventMap>(
    type: K, listener: ((event: EventMap[K]) => unknown) | EventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }
}
