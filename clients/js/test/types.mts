import { HawserSocket, type Options } from '../dist/index.js';

const options: Options = { heartbeat: { message: () => 'ping', reply: 'pong' }, shouldReconnect: (code) => code === 4001 || undefined };
const socket = new HawserSocket(async (attempt) => `/ws?attempt=${attempt}`, ['chat'], options);
socket.onmessage = (event: MessageEvent) => socket.send(event.data as string);
socket.onclose = ({ code }: CloseEvent) => console.log(code);
socket.addEventListener('reconnecting', ({ attempt, delay, reason }) => console.log(attempt.toFixed(), delay.toFixed(), reason));
socket.addEventListener('heartbeat', ({ rtt }) => console.log(rtt.toFixed()), { once: true });
// A drop-in: what takes a WebSocket's methods takes this one's.
const like: Pick<WebSocket, 'url' | 'readyState' | 'send' | 'close' | 'bufferedAmount' | 'binaryType' | 'protocol' | 'extensions'> = socket;
like.close(1000, 'done');
