import { Chart } from './chart.js';
import { act, findLab } from './lab.js';
import { experiments, runExperiment, stopExperiment } from './pitfalls.js';
import { currentLanguage, milliseconds, otherLanguage, t, texts, useLanguage } from './texts.js';

const $ = (id) => document.getElementById(id);
const maxEntries = 300;
const maxWaiting = 1000;
const beat = '♥';
// Quicker than the defaults: a minute is long when one watches.
const timing = { minDelay: 300, maxDelay: 3000, restartSpread: 1000, connectTimeout: 4000 };
const chart = new Chart($('chart'));
let socket = null;
let waiting = [];   // when each message was sent that has not come back
let counts = { sent: 0, received: 0, losses: 0 };
let openedAt = null;
let startedAt = 0;
let state = 'closed';
let lab = null;
let following = true;   // the end of the log stays in view until the reader scrolls up

// --- the connection

function connect() {
  counts = { sent: 0, received: 0, losses: 0 };
  for (const id of ['rtt', 'uptime', 'close-code', 'close-reason']) $(id).textContent = '–';
  for (const id of ['sent', 'received', 'losses']) $(id).textContent = '0';
  startedAt = performance.now();
  try {
    socket = new HawserSocket($('url').value.trim(), [], {
      ...timing,
      heartbeat: $('heartbeat').checked && { interval: 2000, timeout: 3000, message: beat, reply: beat },
      maxRetries: $('reconnect').checked ? Infinity : 0,
    });
  } catch (error) {
    write('error', t('badAddress')(error.message));
    return;
  }

  socket.binaryType = 'arraybuffer';
  waiting = [];
  showState('connecting');
  socket.onstate = ({ state: next }) => {
    if (next === 'connecting') startedAt = performance.now();
    showState(next);
  };
  socket.onopen = () => {
    openedAt = performance.now();
    write('info', t('opened')(socket.url, milliseconds(openedAt - startedAt)));
  };
  socket.onmessage = (event) => received(event.data);
  socket.onheartbeat = ({ rtt }) => {
    chart.trip(rtt, true);
    $('rtt').textContent = milliseconds(rtt);
  };
  socket.onreconnecting = ({ attempt, delay, reason }) => write('error', t('planned')(t('plan')[reason], attempt, milliseconds(delay)));
  socket.onclose = (event) => lost(event);
}

function lost(event) {
  $('close-code').textContent = String(event.code);
  $('close-reason').textContent = event.reason || (event.code === 1006 ? t('abnormal') : t('noReason'));
  waiting = waiting.filter(({ queued }) => queued);   // no answer will come for what the lost connection had taken
  if (openedAt !== null) {
    write(event.wasClean ? 'info' : 'error', t('closed')(event.code), event.reason);
    if (event.code !== 1000) {
      chart.loss();
      $('losses').textContent = String(++counts.losses);
    }
  }
  openedAt = null;
  if (state === 'closed') {
    socket = null;
    if (document.activeElement === document.body || document.activeElement.disabled) $('connect').focus();
  }
}

function send() {
  const text = $('message').value;
  const binary = $('binary').checked;
  const data = binary ? new TextEncoder().encode(text) : text;
  const queued = state !== 'open';
  try {
    socket.send(data);
  } catch {
    write('error', t('full'));
    return;
  }
  if (waiting.length < maxWaiting) waiting.push({ at: performance.now(), queued });
  $('sent').textContent = String(++counts.sent);
  write('sent', text, queued ? t('queued') : binary ? t('bytes')(data.byteLength) : '');
  $('message').select();
}

function received(data) {
  const sent = waiting.shift();   // an echo keeps the order
  let note = '';
  if (sent) {
    const trip = performance.now() - sent.at;
    note = milliseconds(trip);
    if (!sent.queued) {
      chart.trip(trip, false);
      $('rtt').textContent = note;
    }
  }
  for (const item of waiting) item.queued = false;
  $('received').textContent = String(++counts.received);
  write('received', typeof data === 'string' ? data : `${new TextDecoder().decode(data)} (${t('bytes')(data.byteLength)})`, note);
}

function showState(next) {
  if (next !== state) chart.state(next);
  state = next;
  $('state').dataset.state = next;
  $('state').textContent = t('state')[next];
  document.body.dataset.connection = next;
  const idle = next === 'closed';
  $('connect').disabled = !idle;
  $('disconnect').disabled = idle || next === 'closing';
  $('send').disabled = idle || next === 'closing';
  $('url').readOnly = !idle;
}

function write(kind, text, note = '') {
  const log = $('log');
  const entry = document.createElement('div');
  entry.className = `entry ${kind}`;
  const cells = [
    ['time', '', new Date().toLocaleTimeString(currentLanguage(), { hour12: false })],
    ['span', 'sign', { sent: '↑', received: '↓', info: '·', error: '!' }[kind]],
    ['span', 'text', text],
    ['span', 'note', note],
  ];
  for (const [tag, name, content] of cells) {
    const cell = document.createElement(tag);
    if (name) cell.className = name;
    cell.textContent = content;
    entry.append(cell);
  }
  log.append(entry);
  while (log.childElementCount > maxEntries) log.firstElementChild.remove();
  keepEndInView();
}

function keepEndInView() {
  if (following) $('log').scrollTop = $('log').scrollHeight;
}

function showUptime() {
  if (openedAt === null) return;
  const seconds = Math.floor((performance.now() - openedAt) / 1000);
  const pad = (n) => String(n).padStart(2, '0');
  $('uptime').textContent = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** A changed option counts from the next connection, which is made at once if there is one. */
function optionChanged() {
  if (!socket || state === 'closed') return;
  const old = socket;
  old.onstate = old.onclose = old.onreconnecting = old.onmessage = old.onheartbeat = null;
  old.close(1000);
  openedAt = null;
  connect();
}

// --- breaking things

function showLab(next) {
  lab = next;
  for (const button of document.querySelectorAll('.needs-lab')) button.disabled = !lab;
  $('lab-status').hidden = Boolean(lab);
  if (!lab) return;
  document.body.dataset.backend = lab.backend;
  $('stop').dataset.action = lab.backend === 'stopped' ? 'backend/start' : 'backend/stop';
  $('freeze').dataset.action = lab.backend === 'frozen' ? 'backend/thaw' : 'backend/freeze';
  $('freeze').disabled = $('cut').disabled = lab.backend === 'stopped';
  for (const id of ['stop', 'freeze']) $(id).textContent = t($(id).dataset.action.split('/')[1]);
}

async function perform(button) {
  const { action } = button.dataset;
  try {
    showLab(await act(action));
    write('info', t('did')[action]);
  } catch (error) {
    write('error', t('failedAction')(error.message));
  }
}

// --- pitfalls

function buildPitfalls() {
  $('pitfall-list').replaceChildren(...experiments.map((buttons, index) => {
    const { title, text } = t('pitfall')[index];
    const details = document.createElement('details');
    details.name = 'pitfall';
    const summary = document.createElement('summary');
    const number = document.createElement('span');
    number.className = 'number';
    number.textContent = String(index + 1);
    summary.append(number, title);
    const body = document.createElement('p');
    body.textContent = text;
    const row = document.createElement('div');
    row.className = 'buttons';
    const results = document.createElement('ul');
    results.className = 'results';
    results.setAttribute('role', 'log');
    results.setAttribute('aria-label', title);
    const config = document.createElement('details');
    config.hidden = true;
    const configTitle = document.createElement('summary');
    configTitle.textContent = t('config');
    const pre = document.createElement('pre');
    pre.tabIndex = 0;
    config.append(configTitle, pre);
    for (const experiment of buttons) row.append(button(t(experiment.label), index === experiments.length - 1, () => runExperiment(experiment, results, config)));
    row.append(button(t('stopPitfall'), true, () => stopExperiment(), 'quiet'));
    details.append(summary, body, row, results, config);
    return details;
  }));
}

function button(label, always, action, className = '') {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = label;
  element.className = `${className} ${always ? '' : 'needs-lab'}`;
  element.disabled = !always && !lab;
  element.addEventListener('click', async () => {
    try {
      await action();
    } catch (error) {
      write('error', t('failedAction')(error.message));
    }
  });
  return element;
}

// --- the page

async function setLanguage(next) {
  await stopExperiment();
  useLanguage(next);
  $('language').textContent = otherLanguage() === 'en' ? 'English' : '中文';
  $('language').lang = otherLanguage();
  $('log').dataset.empty = t('empty');
  buildPitfalls();
  showState(state);
  showLab(lab);
  chart.draw();
}

$('connection').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!$('connect').disabled) connect();
});
$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!$('send').disabled) send();
});
$('disconnect').addEventListener('click', () => socket.close(1000));
$('clear').addEventListener('click', () => $('log').replaceChildren());
for (const id of ['heartbeat', 'reconnect']) $(id).addEventListener('change', optionChanged);
for (const id of ['stop', 'freeze', 'cut']) $(id).addEventListener('click', (event) => perform(event.currentTarget));
$('language').addEventListener('click', async () => {
  const next = otherLanguage();
  if ($('message').value === t('greeting')) $('message').value = texts[next].greeting;
  await setLanguage(next);
  localStorage.setItem('language', next);
});
$('log').addEventListener('scroll', () => {
  const log = $('log');
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
});
new ResizeObserver(keepEndInView).observe($('log'));
setInterval(showUptime, 1000);

const wanted = localStorage.getItem('language') ?? navigator.language;
await setLanguage(wanted.startsWith('zh') ? 'zh-CN' : 'en');
$('url').value = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host || 'localhost:8080'}/websocket/demo`;
$('message').value = t('greeting');
chart.state('closed');
showLab(await findLab());
