// Everything the page says, in two languages.
export const texts = {
  en: {
    title: 'Hawser · WebSocket laboratory', tagline: 'WebSocket-first reverse proxy', connection: 'Connection', address: 'Address',
    connect: 'Connect', disconnect: 'Disconnect', path: 'The way of a message', browser: 'Browser', backend: 'Echo backend',
    heartbeatOption: 'Heartbeat every 2 s', reconnectOption: 'Reconnect', roundTrip: 'Round trip', losses: 'Losses', sent: 'Sent',
    received: 'Received', open: 'Open for', closeCode: 'Close code', closeReason: 'Close reason', messages: 'Messages', clear: 'Clear',
    message: 'Message', binary: 'Binary', send: 'Send', lastMinute: 'The last minute', now: 'now',
    legendTrip: 'round trip of a message', legendBeat: 'heartbeat', legendLoss: 'connection lost',
    breakTitle: 'Break it', breakIntro: 'These buttons do it for real. Watch the chart while the connection recovers.',
    stop: 'Stop the backend', start: 'Start the backend', freeze: 'Freeze the backend', thaw: 'Let it go on', cut: 'Cut the tunnel',
    stopHint: 'It says goodbye with 1001. The gateway then answers 502 until you start it again; what you send meanwhile waits.',
    freezeHint: 'It stays connected and says nothing. Nobody closes anything; only the heartbeat finds out, after 5 seconds at most.',
    cutHint: 'The connection to the backend is reset, as when a process crashes. The gateway tells the page, and a new one is there in a moment.',
    did: {
      'backend/stop': 'The backend is stopped.', 'backend/start': 'The backend runs again.', 'backend/freeze': 'The backend is frozen.',
      'backend/thaw': 'The backend goes on.', 'tunnels/cut': 'The tunnel was cut.',
    },
    noLab: 'The buttons work where the page was opened on the machine that runs the demo, with ./hawser.',
    failedAction: (why) => `That did not work: ${why}`,
    footer: 'Everything here is real: this gateway, an echo backend, and hawser-client in your browser.',
    empty: 'Nothing yet. Connect, then send a message.', greeting: 'Hello from the browser', skip: 'To the laboratory',
    state: { closed: 'Not connected', connecting: 'Connecting…', open: 'Connected', waiting: 'Waiting to reconnect', closing: 'Closing…' },
    chartSummary: (beats, trip, losses) => `Last minute: ${beats} heartbeats, median round trip ${trip}, ${losses} connections lost`,
    opened: (url, ms) => `Connected to ${url} in ${ms}`, closed: (code) => `Closed with code ${code}`,
    plan: { close: 'The connection was closed', failed: 'No connection', timeout: 'No answer in time', heartbeat: 'The heartbeat was not answered', hidden: 'The page was put away' },
    planned: (why, attempt, ms) => `${why}. Attempt ${attempt} in ${ms}`,
    queued: 'waits for a connection', full: 'The queue is full.', bytes: (n) => `${n} bytes`,
    badAddress: (why) => `This address cannot be used: ${why}`, noReason: 'none given', abnormal: 'ended without a close frame',
    pitfalls: 'The pitfalls', pitfallsIntro: 'Each one is a configuration or a script that exists in a thousand places. Start a second gateway with it, and see.',
    asNginx: 'As with nginx', asHawser: 'With Hawser', run: 'Run it', config: 'The configuration that runs', stopPitfall: 'Stop',
    trying: 'connecting…', works: 'open', refused: 'refused', ended: (code, s) => `closed with ${code} after ${s} s`, openFor: (s) => `open for ${s} s`,
    notStarted: 'The gateway does not start:', attempts: (n) => `${n} attempts`, capped: (n) => `${n} attempts; stopped here, the number doubles each time`,
    plain: 'plain WebSocket, silent', client: 'hawser-client, heartbeat', naive: 'reconnects in onerror and onclose', direct: 'straight to the second server',
    through: 'through both servers', wrong: 'location without a slash', right: 'location with a slash', handshake: 'handshake',
    pitfall: [
      { title: 'The path does not match', text: 'proxy_pass with a URI replaces exactly the text of the location. Without a slash at the end of the location, the backend is asked for //chat and answers 404.' },
      { title: 'Nobody sends a heartbeat', text: 'A tunnel on which the backend is silent for proxy_read_timeout is closed: after 60 seconds, here after 6. The page sees 1006 and no reason. A heartbeat keeps it open.' },
      { title: 'The request is not upgraded', text: 'nginx does not pass Upgrade and Connection on by itself, so the backend sees an ordinary GET and answers 400. Hawser passes a handshake on as one.' },
      { title: 'The tunnel ends after a minute', text: 'The usual cure is a longer proxy_read_timeout, here 300 seconds. It moves the end; a heartbeat removes it, and finds dead connections too.' },
      { title: '$http_upgrade is empty', text: 'ws works, wss through a server in front ends with 404: the first server dropped Upgrade, so the variable is empty in the second. The usual cure writes the value down, and the usual slip forgets a semicolon.' },
      { title: 'Two reconnects for one loss', text: 'A failed connection fires error and then close. A script that reconnects in both makes two connections out of one, then four, then eight.' },
    ],
    slip: 'With the slip', cure: 'With the cure',
  },
  'zh-CN': {
    title: 'Hawser · WebSocket 实验室', tagline: 'WebSocket 优先的反向代理', connection: '连接', address: '地址',
    connect: '连接', disconnect: '断开', path: '消息经过的路径', browser: '浏览器', backend: '回显后端',
    heartbeatOption: '每 2 秒一次心跳', reconnectOption: '自动重连', roundTrip: '往返时间', losses: '断线次数', sent: '已发送',
    received: '已接收', open: '已保持', closeCode: '关闭码', closeReason: '关闭原因', messages: '消息', clear: '清空',
    message: '消息内容', binary: '二进制', send: '发送', lastMinute: '最近一分钟', now: '现在',
    legendTrip: '消息的往返时间', legendBeat: '心跳', legendLoss: '连接断开',
    breakTitle: '动手弄坏它', breakIntro: '这些按钮真的会造成故障。按下之后，看看图表上连接如何恢复。',
    stop: '停止后端', start: '启动后端', freeze: '冻结后端', thaw: '恢复运行', cut: '切断隧道',
    stopHint: '后端会以 1001 正常告别，之后网关一直回答 502，直到你重新启动它。这期间发送的消息会排队等待。',
    freezeHint: '连接还在，但后端一声不响，谁也不会关闭连接。只有心跳能发现问题，最多 5 秒。',
    cutHint: '网关与后端之间的连接被直接重置，就像进程崩溃一样。网关会通知网页，片刻之后就有新的连接。',
    did: {
      'backend/stop': '后端已停止。', 'backend/start': '后端已重新运行。', 'backend/freeze': '后端已冻结。',
      'backend/thaw': '后端已恢复运行。', 'tunnels/cut': '隧道已切断。',
    },
    noLab: '请在运行演示（./hawser）的这台机器上打开本页，按钮才能使用。',
    failedAction: (why) => `操作没有成功：${why}`,
    footer: '这里的一切都是真的：眼前的网关、回显后端，以及浏览器里的 hawser-client。',
    empty: '还没有消息。先连接，再发送。', greeting: '来自浏览器的问候', skip: '跳到实验室',
    state: { closed: '未连接', connecting: '正在连接…', open: '已连接', waiting: '等待重连', closing: '正在关闭…' },
    chartSummary: (beats, trip, losses) => `最近一分钟：${beats} 次心跳，往返时间中位数 ${trip}，断线 ${losses} 次`,
    opened: (url, ms) => `已连接 ${url}，用时 ${ms}`, closed: (code) => `连接已关闭，关闭码 ${code}`,
    plan: { close: '连接已关闭', failed: '无法连接', timeout: '等待应答超时', heartbeat: '心跳没有回应', hidden: '页面已被收起' },
    planned: (why, attempt, ms) => `${why}，${ms} 后进行第 ${attempt} 次重连`,
    queued: '等待连接', full: '队列已满。', bytes: (n) => `${n} 字节`,
    badAddress: (why) => `地址无效：${why}`, noReason: '未提供', abnormal: '没有关闭帧就中断了',
    pitfalls: '踩坑集', pitfallsIntro: '每一个坑都是随处可见的配置或脚本。用它启动第二个网关，亲眼看看会发生什么。',
    asNginx: '按 nginx 的行为', asHawser: '按 Hawser 的行为', run: '运行', config: '实际运行的配置', stopPitfall: '停止',
    trying: '正在连接…', works: '已连接', refused: '被拒绝', ended: (code, s) => `${s} 秒后被关闭，关闭码 ${code}`, openFor: (s) => `已保持 ${s} 秒`,
    notStarted: '网关无法启动：', attempts: (n) => `尝试 ${n} 次`, capped: (n) => `尝试 ${n} 次，到此为止：每一轮都会翻倍`,
    plain: '原生 WebSocket，不发消息', client: 'hawser-client，有心跳', naive: '在 onerror 和 onclose 里都重连', direct: '直连第二个 server',
    through: '先后经过两个 server', wrong: 'location 结尾没有斜杠', right: 'location 结尾有斜杠', handshake: '握手',
    pitfall: [
      { title: '路径没有对上', text: 'proxy_pass 带 URI 时，只替换 location 写出的那一段。location 结尾少了斜杠，后端收到的路径就成了 //chat，于是回答 404。' },
      { title: '没有心跳', text: '后端在 proxy_read_timeout 内一声不响，隧道就被关闭：默认 60 秒，这里改成 6 秒。网页只看到 1006，没有原因。有心跳就不会断。' },
      { title: '没有升级为 WebSocket', text: 'nginx 默认不转发 Upgrade 和 Connection，后端看到的是普通 GET，于是返回 400。Hawser 会把握手原样转交。' },
      { title: '满一分钟就断开', text: '常见的办法是加大 proxy_read_timeout，这里是 300 秒。这只是推迟了断开的时间；心跳才能真正避免，还能发现已经失效的连接。' },
      { title: '$http_upgrade 取不到值', text: 'ws 正常，前面再加一层的 wss 却是 404：第一个 server 丢掉了 Upgrade，到第二个 server 时变量已经为空。常见的改法是写成固定值，常见的笔误是漏了分号。' },
      { title: '断一次，重连两次', text: '连接失败会先触发 error，再触发 close。如果脚本在两处都重连，一个连接就变成两个，然后四个、八个……' },
    ],
    slip: '漏了分号的', cure: '改好之后的',
  },
};

let language = 'en';

export const t = (key) => texts[language][key];
export const currentLanguage = () => language;
export const otherLanguage = () => (language === 'en' ? 'zh-CN' : 'en');

export function useLanguage(next) {
  language = next;
  document.documentElement.lang = next;
  document.title = t('title');
  for (const element of document.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of document.querySelectorAll('[data-i18n-label]')) element.setAttribute('aria-label', t(element.dataset.i18nLabel));
}

export const milliseconds = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`);
