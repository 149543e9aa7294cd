'use strict';

const texts = {
  en: {
    title: 'Hawser · WebSocket demo', tagline: 'WebSocket-first reverse proxy', connection: 'Connection', address: 'Address',
    connect: 'Connect', disconnect: 'Disconnect', path: 'The way of a message', browser: 'Browser', backend: 'Echo backend',
    roundTrip: 'Round trip', average: 'Average', sent: 'Sent', received: 'Received', open: 'Open for',
    closeCode: 'Close code', closeReason: 'Close reason', messages: 'Messages', clear: 'Clear', message: 'Message',
    binary: 'Binary', send: 'Send', footer: 'What you send goes through the gateway to the echo backend, which sends it back.',
    empty: 'Nothing yet. Connect, then send a message.', greeting: 'Hello from the browser',
    state: { closed: 'Not connected', connecting: 'Connecting…', open: 'Connected', closing: 'Closing…', failed: 'Connection failed' },
    opened: (url, ms) => `Connected to ${url} in ${ms}`, closed: (code) => `Closed with code ${code}`,
    failed: 'No connection. Is the gateway running, and does the path lead to a WebSocket backend?',
    badAddress: (why) => `This address cannot be used: ${why}`, bytes: (n) => `${n} bytes`,
    noReason: 'none given', abnormal: 'the connection ended without a close frame',
  },
  'zh-CN': {
    title: 'Hawser · WebSocket 演示', tagline: 'WebSocket 优先的反向代理', connection: '连接', address: '地址',
    connect: '连接', disconnect: '断开', path: '消息经过的路径', browser: '浏览器', backend: '回显后端',
    roundTrip: '往返时间', average: '平均', sent: '已发送', received: '已接收', open: '已保持',
    closeCode: '关闭码', closeReason: '关闭原因', messages: '消息', clear: '清空', message: '消息内容',
    binary: '二进制', send: '发送', footer: '你发送的内容经由网关到达回显后端，再原样返回。',
    empty: '还没有消息。先连接，再发送。', greeting: '来自浏览器的问候',
    state: { closed: '未连接', connecting: '正在连接…', open: '已连接', closing: '正在关闭…', failed: '连接失败' },
    opened: (url, ms) => `已连接 ${url}，用时 ${ms}`, closed: (code) => `连接已关闭，关闭码 ${code}`,
    failed: '无法连接。请确认网关正在运行，并且该路径指向 WebSocket 后端。',
    badAddress: (why) => `地址无效：${why}`, bytes: (n) => `${n} 字节`,
    noReason: '未提供', abnormal: '连接未发送关闭帧就中断了',
  },
};

const $ = (id) => document.getElementById(id);
const maxEntries = 500;
let language;
let socket = null;
let waiting = [];   // when each message that has not come back was sent
let trips = { count: 0, total: 0 };
let counts = { sent: 0, received: 0 };
let openedAt = null;
let state = 'closed';
let following = true;   // the end of the log stays in view until the reader scrolls up

const t = (key) => texts[language][key];
const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;

function setLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  document.title = t('title');
  for (const element of document.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of document.querySelectorAll('[data-i18n-label]')) element.setAttribute('aria-label', t(element.dataset.i18nLabel));
  const other = next === 'en' ? 'zh-CN' : 'en';
  $('language').textContent = other === 'en' ? 'English' : '中文';
  $('language').lang = other;
  $('log').dataset.empty = t('empty');
  showState(state);
}

function showState(next) {
  state = next;
  $('state').dataset.state = next;
  $('state').textContent = t('state')[next];
  document.body.dataset.connection = next;
  const idle = next === 'closed' || next === 'failed';
  $('connect').disabled = !idle;
  $('disconnect').disabled = idle || next === 'closing';
  $('send').disabled = next !== 'open';
  $('url').readOnly = !idle;
}

function write(kind, text, note = '') {
  const log = $('log');
  const entry = document.createElement('div');
  entry.className = `entry ${kind}`;
  const cells = [
    ['time', '', new Date().toLocaleTimeString(language, { hour12: false })],
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

function reset() {
  waiting = [];
  trips = { count: 0, total: 0 };
  counts = { sent: 0, received: 0 };
  openedAt = null;
  for (const id of ['rtt', 'rtt-average', 'uptime', 'close-code', 'close-reason']) $(id).textContent = '–';
  for (const id of ['sent', 'received']) $(id).textContent = '0';
}

function connect() {
  reset();
  const url = $('url').value.trim();
  const started = performance.now();
  try {
    socket = new WebSocket(url);
  } catch (error) {
    write('error', t('badAddress')(error.message));
    return;
  }

  socket.binaryType = 'arraybuffer';
  showState('connecting');
  socket.onopen = () => {
    openedAt = performance.now();
    showState('open');
    write('info', t('opened')(url, milliseconds(openedAt - started)));
    $('message').focus();
  };
  socket.onmessage = (event) => received(event.data);
  socket.onclose = (event) => {
    const opened = openedAt !== null;
    $('close-code').textContent = String(event.code);
    $('close-reason').textContent = event.reason || (event.code === 1006 ? t('abnormal') : t('noReason'));
    write(opened ? 'info' : 'error', opened ? t('closed')(event.code) : t('failed'), event.reason);
    socket = null;
    openedAt = null;
    showState(opened ? 'closed' : 'failed');
    if (document.activeElement === document.body || document.activeElement.disabled) $('connect').focus();
  };
}

function send() {
  const text = $('message').value;
  const binary = $('binary').checked;
  const data = binary ? new TextEncoder().encode(text) : text;
  waiting.push(performance.now());
  socket.send(data);
  $('sent').textContent = String(++counts.sent);
  write('sent', text, binary ? t('bytes')(data.byteLength) : '');
  $('message').select();
}

function received(data) {
  const sentAt = waiting.shift();   // an echo keeps the order
  let note = '';
  if (sentAt !== undefined) {
    const trip = performance.now() - sentAt;
    trips = { count: trips.count + 1, total: trips.total + trip };
    note = milliseconds(trip);
    $('rtt').textContent = note;
    $('rtt-average').textContent = milliseconds(trips.total / trips.count);
  }
  $('received').textContent = String(++counts.received);
  const text = typeof data === 'string'
    ? data
    : `${new TextDecoder().decode(data)} (${t('bytes')(data.byteLength)})`;
  write('received', text, note);
}

function showUptime() {
  if (openedAt === null) return;
  const seconds = Math.floor((performance.now() - openedAt) / 1000);
  const pad = (n) => String(n).padStart(2, '0');
  $('uptime').textContent = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

$('connection').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!$('connect').disabled) connect();
});
$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  if (state === 'open') send();
});
$('disconnect').addEventListener('click', () => {
  showState('closing');
  socket.close(1000);
});
$('clear').addEventListener('click', () => $('log').replaceChildren());
$('language').addEventListener('click', () => {
  const next = language === 'en' ? 'zh-CN' : 'en';
  if ($('message').value === t('greeting')) $('message').value = texts[next].greeting;
  setLanguage(next);
  localStorage.setItem('language', next);
});
$('log').addEventListener('scroll', () => {
  const log = $('log');
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
});
new ResizeObserver(keepEndInView).observe($('log'));
setInterval(showUptime, 1000);

const wanted = localStorage.getItem('language') ?? navigator.language;
setLanguage(wanted.startsWith('zh') ? 'zh-CN' : 'en');
$('url').value = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host || 'localhost:8080'}/websocket/demo`;
$('message').value = t('greeting');
