import hawser = require('../dist/index.cjs');

const socket: hawser.HawserSocket = new hawser.HawserSocket('wss://example.com/');
socket.reconnect();
