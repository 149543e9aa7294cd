// Each pitfall as an experiment: a second gateway with the configuration, and sockets that run into it.
import { act } from './lab.js';
import { t } from './texts.js';

const naiveLimit = 60;
const naivePause = 300;
let stopCurrent = () => {};

/** What the buttons of each pitfall do; the texts stand in texts.js in the same order. */
export const experiments = [
  [{ label: 'run', run: (lab) => lab.with('1-path', 'auto', ({ ports }) => {
    lab.plain('wrong', `ws://127.0.0.1:${ports[0]}/websocket/chat`);
    lab.plain('right', `ws://127.0.0.1:${ports[1]}/websocket/chat`);
  }) }],
  [{ label: 'run', run: (lab) => lab.with('2-heartbeat', 'nginx', ({ ports }) => {
    lab.plain('plain', `ws://127.0.0.1:${ports[0]}/websocket/chat`);
    lab.client('client', `ws://127.0.0.1:${ports[0]}/websocket/chat`);
  }) }],
  modes('3-upgrade', (lab, { ports }) => lab.plain('handshake', `ws://127.0.0.1:${ports[0]}/websocket/chat`)),
  [{ label: 'run', run: (lab) => lab.with('4-read-timeout', 'nginx', ({ ports }) => {
    lab.plain('plain', `ws://127.0.0.1:${ports[0]}/websocket/chat`);
  }) }],
  [
    ...modes('5-empty-upgrade', (lab, { ports }) => {
      lab.plain('through', `ws://127.0.0.1:${ports[0]}/websocket/chat`);
      lab.plain('direct', `ws://127.0.0.1:${ports[1]}/websocket/chat`);
    }),
    { label: 'slip', run: (lab) => lab.with('5-missing-semicolon', 'nginx', () => {}) },
    { label: 'cure', run: (lab) => lab.with('5-fixed-value', 'nginx', ({ ports }) => lab.plain('handshake', `ws://127.0.0.1:${ports[0]}/websocket/chat`)) },
  ],
  [{ label: 'run', run: (lab) => {
    const nowhere = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/no-such-socket`;
    lab.naive('naive', nowhere);
    lab.attempts('client', nowhere);
  } }],
];

function modes(name, run) {
  return ['nginx', 'auto'].map((mode) => ({
    label: mode === 'nginx' ? 'asNginx' : 'asHawser', run: (lab) => lab.with(name, mode, (gateway) => run(lab, gateway)),
  }));
}

/** Ends the experiment that runs, if there is one. */
export const stopExperiment = () => stopCurrent();

/** Runs one; its results go into the list and the text given. */
export async function runExperiment(experiment, list, text) {
  await stopCurrent();
  const lab = new Bench(list, text);
  stopCurrent = async () => {
    stopCurrent = () => {};
    await lab.stop();
  };
  await experiment.run(lab);
}

class Bench {
  #list;
  #text;
  #ends = [];
  #gateway = false;

  constructor(list, text) {
    this.#list = list;
    this.#text = text;
    list.replaceChildren();
    text.hidden = true;
  }

  async with(name, mode, run) {
    const { pitfall } = await act(`pitfall/start?name=${name}&websocket=${mode}`);
    this.#gateway = true;
    this.#text.querySelector('pre').textContent = pitfall.text;
    this.#text.hidden = false;
    if (!pitfall.errors.length) return run(pitfall);
    const row = this.#row(t('notStarted'));
    row.show('closed', '');
    const error = document.createElement('pre');
    error.textContent = pitfall.errors.join('\n\n');
    row.element.append(error);
  }

  /** A WebSocket of the browser that never sends anything. */
  plain(label, url) {
    const row = this.#row(t(label), url);
    const socket = new WebSocket(url);
    let opened;
    row.show('connecting', t('trying'));
    socket.onopen = () => {
      opened = performance.now();
      row.count(() => row.show('open', t('openFor')(seconds(opened))));
    };
    socket.onclose = ({ code }) => {
      row.count(null);
      row.show('closed', opened ? t('ended')(code, seconds(opened)) : t('refused'));
    };
    this.#ends.push(() => {
      socket.onclose = null;
      socket.close();
      row.count(null);
    });
  }

  /** The same with hawser-client. */
  client(label, url) {
    const row = this.#row(t(label), url);
    const socket = new HawserSocket(url, [], { heartbeat: { interval: 2000, timeout: 3000, message: '♥' } });
    let opened;
    row.show('connecting', t('trying'));
    socket.onopen = () => {
      opened = performance.now();
      row.count(() => row.show('open', t('openFor')(seconds(opened))));
    };
    socket.onclose = () => row.count(null);
    this.#ends.push(() => {
      socket.close(1000);
      row.count(null);
    });
  }

  /** The script that everybody has seen: it reconnects in two places. Stopped after some attempts. */
  naive(label, url) {
    const row = this.#row(t(label), url);
    let count = 0;
    let over = false;
    const timers = new Set();
    const later = () => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        connect();
      }, naivePause);
      timers.add(timer);
    };
    const connect = () => {
      if (over) return;
      if (count === naiveLimit) {
        row.show('closed', t('capped')(count));
        over = true;
        return;
      }
      row.show('connecting', t('attempts')(++count));
      const socket = new WebSocket(url);
      socket.onerror = later;
      socket.onclose = later;
    };
    connect();
    this.#ends.push(() => {
      over = true;
      timers.forEach(clearTimeout);
    });
  }

  attempts(label, url) {
    const row = this.#row(t(label), url);
    let count = 1;
    row.show('connecting', t('attempts')(count));
    const socket = new HawserSocket(url, [], { minDelay: naivePause });
    socket.onstate = ({ state }) => state === 'connecting' && row.show('waiting', t('attempts')(++count));
    this.#ends.push(() => socket.close(1000));
  }

  async stop() {
    for (const end of this.#ends) end();
    if (this.#gateway) await act('pitfall/stop');
  }

  #row(label, note = '') {
    const element = document.createElement('li');
    const [name, pill, address] = ['span', 'span', 'code'].map((tag) => document.createElement(tag));
    name.textContent = label;
    pill.className = 'pill';
    address.textContent = note;
    element.append(name, pill, address);
    this.#list.append(element);
    let timer;
    return {
      element,
      show(state, text) {
        pill.dataset.state = state;
        pill.textContent = text;
        pill.hidden = !text;
      },
      count(tick) {
        clearInterval(timer);
        if (!tick) return;
        tick();
        timer = setInterval(tick, 250);
      },
    };
  }
}

const seconds = (since) => Math.round((performance.now() - since) / 1000);
