// A clock, a network and a page that only the test moves.
import { HawserSocket } from '../dist/index.js';

export class FakeClock {
  now = 1_000_000;
  #timers = new Map();
  #next = 1;
  #real = {};

  install() {
    for (const name of ['setTimeout', 'clearTimeout']) this.#real[name] = globalThis[name];
    this.#real.dateNow = Date.now;
    this.#real.performanceNow = performance.now;
    globalThis.setTimeout = (action, delay) => {
      this.#timers.set(this.#next, { action, at: this.now + (delay ?? 0) });
      return this.#next++;
    };
    globalThis.clearTimeout = (id) => this.#timers.delete(id);
    Date.now = () => this.now;
    performance.now = () => this.now;
  }

  uninstall() {
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
    Date.now = this.#real.dateNow;
    performance.now = this.#real.performanceNow;
  }

  get armed() { return this.#timers.size; }

  advance(ms) {
    const end = this.now + ms;
    for (let due; (due = this.#due(end));) {
      this.now = Math.max(this.now, due.at);
      due.action();
    }
    this.now = end;
  }

  /** The clock jumps, then fires what is due: once, as after a suspended machine. */
  sleep(ms) {
    this.now += ms;
    this.advance(0);
  }

  #due(end) {
    let found;
    for (const [id, timer] of this.#timers) if (timer.at <= end && (!found || timer.at < found.timer.at)) found = { id, timer };
    if (found) this.#timers.delete(found.id);
    return found?.timer;
  }
}

export class FakeSocket {
  static made = [];
  static say = () => {};
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  extensions = '';

  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
    FakeSocket.say('connect');
  }

  send(data) { FakeSocket.say(`sent ${data}`); }

  close(code) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) throw new DOMException('bad code', 'InvalidAccessError');
    if (this.readyState > 1) return;
    this.readyState = 2;
    FakeSocket.say(code === undefined ? 'shut' : `shut ${code}`);
  }

  terminate() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    FakeSocket.say('drop');
  }

  // --- what the network does
  open() {
    this.readyState = 1;
    this.onopen?.(new Event('open'));
  }

  lose(code, reason = '') {
    this.readyState = 3;
    this.onclose?.(Object.assign(new Event('close'), { code, reason, wasClean: code !== 1006 }));
  }

  fail() {
    this.readyState = 3;
    this.onerror?.(new Event('error'));
    this.onclose?.(Object.assign(new Event('close'), { code: 1006, reason: '', wasClean: false }));
  }

  message(data) { this.onmessage?.(new MessageEvent('message', { data })); }
}

/** The globals of a browser's page, as far as the socket looks at them. */
export class FakePage {
  #window = new EventTarget();
  #before = new Map();
  online = true;
  document = Object.assign(new EventTarget(), { hidden: false });

  install(location = 'http://page.test/index.html') {
    this.#define('addEventListener', (...a) => this.#window.addEventListener(...a));
    this.#define('navigator', { get onLine() { return page.online; } });
    this.#define('document', this.document);
    this.#define('location', new URL(location));
    const page = this;
  }

  uninstall() {
    for (const [name, old] of this.#before) {
      if (old) Object.defineProperty(globalThis, name, old);
      else delete globalThis[name];
    }
    this.#before.clear();
  }

  fire(type, properties = {}) { this.#window.dispatchEvent(Object.assign(new Event(type), properties)); }

  #define(name, value) {
    this.#before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

/** A socket whose events are written down. */
export function listen(socket, say) {
  socket.addEventListener('state', (e) => say(`state ${e.state}`));
  socket.addEventListener('open', () => say('open'));
  socket.addEventListener('message', (e) => say(`message ${e.data}`));
  socket.addEventListener('heartbeat', (e) => say(`heartbeat ${e.rtt}`));
  socket.addEventListener('error', () => say('error'));
  socket.addEventListener('close', (e) => say(`close ${e.code}`));
  socket.addEventListener('reconnecting', (e) => say(`reconnecting ${e.attempt} ${e.delay} ${e.reason}`));
  return socket;
}

/** Runs with a fake clock and network; `page` brings a page, too. */
export function withFakes(action, { page = false, random = [0.5], location } = {}) {
  const clock = new FakeClock();
  const fakePage = new FakePage();
  const realRandom = Math.random;
  const said = [];
  let draws = 0;
  FakeSocket.made = [];
  FakeSocket.say = (text) => said.push(text);
  clock.install();
  if (page) fakePage.install(location);
  Math.random = () => random[draws++ % random.length];
  try {
    action({
      clock, page: fakePage, said,
      make: (options = {}, address = 'ws://server.test/') =>
        listen(new HawserSocket(address, [], { WebSocket: FakeSocket, ...options }), (text) => said.push(text)),
      get network() { return FakeSocket.made.at(-1); },
    });
  } finally {
    Math.random = realRandom;
    clock.uninstall();
    fakePage.uninstall();
  }
}
