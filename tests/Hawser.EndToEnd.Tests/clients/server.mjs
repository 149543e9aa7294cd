// The npm package "ws" as an echo server: node server.mjs PORT. Prints "ready"; ends when its standard input does.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.on('listening', () => console.log('ready'));
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', (error) => console.error(error.message));
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
