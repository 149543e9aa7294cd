"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/index.ts
var index_exports = {};
__export(index_exports, {
  HawserSocket: () => HawserSocket
});
module.exports = __toCommonJS(index_exports);

// src/rules.ts
var ceiling = (attempt, code, min, max, factor, spread) => {
  const range = Math.min(max, min * factor ** (attempt - 1));
  return code === 1001 || code === 1012 || code === 1013 ? Math.max(range, spread) : range;
};
var mayReconnect = (code) => code !== 1e3 && code !== 1008 && !(code >= 4e3 && code < 5e3);
var resolve = (address) => {
  const page = globalThis.location?.href.replace("blob:", "");
  const url = new URL(address, page);
  url.protocol = url.protocol.replace("http", "ws");
  if (page?.startsWith("https:")) url.protocol = "wss:";
  return url.href;
};
var sizeOf = (data) => new Blob([data]).size;
var copy = (data) => ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : data.slice(0);

// src/socket.ts
var closeTimeout = 5e3;
var on = "on";
var defaults = {
  minDelay: 500,
  maxDelay: 3e4,
  factor: 2,
  restartSpread: 5e3,
  stableAfter: 1e4,
  maxRetries: Infinity,
  connectTimeout: 1e4,
  maxQueue: 1048576
};
var HawserSocket = class extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  CONNECTING = 0;
  OPEN = 1;
  CLOSING = 2;
  CLOSED = 3;
  onopen = null;
  onmessage = null;
  /** An open connection was lost, or all is over; `readyState` tells which: 0 or 3. */
  onclose = null;
  onerror = null;
  onstate = null;
  onreconnecting = null;
  onheartbeat = null;
  #address;
  #protocols;
  #options;
  #interval;
  #timeout;
  #message;
  #reply;
  #state = "connecting";
  #moves = 0;
  // number of state changes: an event handler may have caused another one
  #socket;
  #url = "";
  #binaryType = "blob";
  #timer;
  // to connect, to give up connecting, to give up closing: one at a time
  #beatTimer;
  #beatAt = 0;
  // when the unanswered heartbeat was sent; 0 without one
  #secondChance = false;
  #openedAt = 0;
  #attempt = 0;
  #queue = [];
  #queued = 0;
  #page;
  /**
   * Connects at once.
   * @param address where to; a relative one counts from the page, and `ws:` on an https page means `wss:`.
   * @param protocols sub-protocols, as of a WebSocket.
   * @throws SyntaxError for an address that can never work, TypeError where there is no WebSocket.
   */
  constructor(address, protocols = [], options = {}) {
    super();
    this.#address = address;
    this.#protocols = protocols;
    this.#options = { ...defaults, ...options };
    const beat = options.heartbeat || {};
    this.#interval = options.heartbeat === false ? 0 : beat.interval ?? 2e4;
    this.#timeout = beat.timeout ?? 2e4;
    this.#message = beat.message ?? "ping";
    const reply = beat.reply;
    this.#reply = typeof reply === "string" ? (data) => data === reply : reply;
    this.#connect();
    this.#watchPage();
  }
  get url() {
    return this.#url;
  }
  get protocol() {
    return this.#socket?.protocol ?? "";
  }
  get extensions() {
    return this.#socket?.extensions ?? "";
  }
  get state() {
    return this.#state;
  }
  get readyState() {
    return { connecting: 0, waiting: 0, open: 1, closing: 2, closed: 3 }[this.#state];
  }
  /** Bytes that wait here, and those that the browser has not sent yet. */
  get bufferedAmount() {
    return this.#queued + (this.#socket?.bufferedAmount ?? 0);
  }
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(value) {
    this.#binaryType = value;
    if (this.#socket) this.#socket.binaryType = value;
  }
  /**
   * Sends, or keeps for the next connection: in order, each message once.
   * @throws DOMException `QuotaExceededError` when the queue is full, `InvalidStateError` after the end.
   */
  send(data) {
    if (this.#state === "open" && this.#socket.readyState === 1) {
      this.#socket.send(data);
      return;
    }
    if (this.readyState > 1) throw new DOMException("The socket is closed", "InvalidStateError");
    const size = sizeOf(data);
    if (this.#queued + size > this.#options.maxQueue) throw new DOMException("The queue is full", "QuotaExceededError");
    this.#queue.push(copy(data));
    this.#queued += size;
  }
  /** Ends the connection for good. */
  close(code, reason) {
    if (this.readyState > 1) return;
    if (this.#state !== "open") {
      this.#end(code ?? 1005, reason ?? "", true);
      return;
    }
    this.#socket.close(code, reason);
    this.#stopTimers();
    this.#timer = setTimeout(() => this.#end(1006, "", false), closeTimeout);
    this.#move("closing");
  }
  /** Drops the connection, if there is one, and connects at once: for a new token, or after the end. */
  reconnect() {
    const lost = this.#state === "open";
    this.#attempt = 0;
    this.#drop(false);
    this.#watchPage();
    this.#connect(lost ? [["close", { code: 1e3, reason: "reconnect", wasClean: true }]] : []);
  }
  // --- connecting
  #connect(events = []) {
    this.#stopTimers();
    const address = this.#address;
    if (typeof address !== "function") this.#open(address);
    const timer = this.#timer = setTimeout(() => this.#lost("timeout", 1006, "", false), this.#options.connectTimeout);
    if (!this.#move("connecting", events) || typeof address !== "function") return;
    const mine = () => this.#timer === timer;
    (async () => address(this.#attempt))().then((url) => mine() && this.#try(url), (error) => mine() && this.#failed(error));
  }
  #try(url) {
    try {
      this.#open(url);
    } catch (error) {
      this.#failed(error);
    }
  }
  #failed(error) {
    this.#emit("error", { error });
    if (this.#state === "connecting") this.#lost("failed", 1006, "", false);
  }
  #open(address) {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!Socket) throw new TypeError("No WebSocket here: pass one, { WebSocket }");
    this.#url = resolve(address);
    const socket = new Socket(this.#url, this.#protocols);
    this.#socket = socket;
    socket.binaryType = this.#binaryType;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#received(event);
    socket.onerror = (event) => this.#emit("error", { error: event.error });
    socket.onclose = ({ code, reason, wasClean }) => this.#lost(this.#state === "connecting" ? "failed" : "close", code, reason, wasClean);
  }
  // --- open
  #opened() {
    this.#stopTimers();
    this.#openedAt = Date.now();
    this.#arm();
    this.#move("open", [["open", {}]]);
    while (this.#queue.length && this.#state === "open" && this.#socket.readyState === 1) {
      this.#queued -= sizeOf(this.#queue[0]);
      this.#socket.send(this.#queue.shift());
    }
  }
  #received(event) {
    const answer = !this.#reply || this.#reply(event.data);
    const rtt = performance.now() - this.#beatAt;
    const measured = this.#beatAt && answer;
    if (measured) this.#beatAt = 0;
    this.#secondChance = false;
    this.#arm();
    if (measured) this.#emit("heartbeat", { rtt });
    if (!(this.#reply && answer)) this.#fire(new MessageEvent("message", { data: event.data, origin: event.origin ?? "" }));
  }
  #arm() {
    clearTimeout(this.#beatTimer);
    if (this.#interval && this.#state !== "closing") this.#beatTimer = setTimeout(() => this.#beat(), this.#interval);
  }
  #beat() {
    const message = this.#message;
    const due = Date.now() + this.#timeout;
    clearTimeout(this.#beatTimer);
    this.#beatAt = performance.now();
    this.#beatTimer = setTimeout(() => this.#overdue(due), this.#timeout);
    if (this.#socket.readyState === 1) this.#socket.send(typeof message === "function" ? message() : message);
  }
  /** A timer that comes very late shows that the machine or the page slept; the answer may lie unread. Once, it is asked again. */
  #overdue(due) {
    if (Date.now() - due > this.#timeout && !this.#secondChance) {
      this.#secondChance = true;
      this.#beat();
    } else {
      this.#lost("heartbeat", 1006, "no answer to the heartbeat", false);
    }
  }
  // --- lost
  #lost(why, code, reason, wasClean) {
    const was = this.#state;
    const options = this.#options;
    if (was === "open" && Date.now() - this.#openedAt >= options.stableAfter) this.#attempt = 0;
    const hopeful = why !== "close" || (options.shouldReconnect?.(code, reason) ?? mayReconnect(code));
    const attempt = this.#attempt + 1;
    if (was === "closing" || !hopeful || attempt > options.maxRetries && why !== "hidden") {
      this.#end(code, reason, wasClean);
      return;
    }
    this.#drop(why !== "hidden");
    if (why !== "hidden") this.#attempt = attempt;
    const range = ceiling(attempt, code, options.minDelay, options.maxDelay, options.factor, options.restartSpread);
    const delay = why === "hidden" || this.#offline ? Infinity : Math.random() * range;
    if (delay < Infinity) this.#timer = setTimeout(() => this.#offline || this.#connect(), delay);
    this.#move("waiting", [
      ...was === "open" ? [["close", { code, reason, wasClean }]] : [],
      ["reconnecting", { attempt, delay, reason: why }]
    ]);
  }
  #end(code, reason, wasClean) {
    this.#drop();
    this.#page?.abort();
    this.#page = void 0;
    this.#move("closed", [["close", { code, reason, wasClean }]]);
  }
  #drop(dead = true) {
    this.#stopTimers();
    const socket = this.#socket;
    this.#socket = void 0;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.onerror = () => {
    };
    if (dead && socket.terminate) socket.terminate();
    else socket.close(1e3);
  }
  #stopTimers() {
    clearTimeout(this.#timer);
    this.#timer = void 0;
    clearTimeout(this.#beatTimer);
    this.#beatAt = 0;
    this.#secondChance = false;
  }
  // --- the page
  get #offline() {
    return globalThis.navigator?.onLine === false;
  }
  #watchPage() {
    if (this.#page || !globalThis.addEventListener) return;
    this.#page = new AbortController();
    const options = { signal: this.#page.signal };
    const wake = () => {
      if (this.#state === "waiting" && !this.#offline) this.#connect();
      else if (this.#state === "open" && this.#interval && !this.#beatAt) this.#beat();
    };
    addEventListener("online", wake, options);
    addEventListener("pageshow", (event) => event.persisted && wake(), options);
    addEventListener("pagehide", () => this.#state !== "closing" && this.#lost("hidden", 1001, "page hidden", true), options);
    globalThis.document?.addEventListener("visibilitychange", () => document.hidden || wake(), options);
  }
  // --- events
  /** Changes the state and tells of it. Stops telling, and returns false, when a handler has changed it once more. */
  #move(state, events = []) {
    const previous = this.#state;
    if (state !== previous) {
      this.#state = state;
      events = [["state", { state, previous }], ...events];
      this.#moves++;
    }
    const move = this.#moves;
    for (const [type, properties] of events) {
      if (move === this.#moves) this.#emit(type, properties);
    }
    return move === this.#moves;
  }
  #emit(type, properties) {
    const Type = type === "close" && globalThis.CloseEvent || Event;
    const event = new Type(type, properties);
    this.#fire(Type === Event ? Object.assign(event, properties) : event);
  }
  #fire(event) {
    this.dispatchEvent(event);
    const handler = this[on + event.type];
    if (typeof handler === "function") handler.call(this, event);
  }
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
  }
};
//# sourceMappingURL=index.cjs.map
