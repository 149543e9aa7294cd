// The JavaScript client of ASP.NET Core SignalR: node signalr.mjs HOST:PORT. The hub is the test's own.
import * as signalR from '@microsoft/signalr';
import { within } from './stage.mjs';

async function talk(address, transport) {
  const connection = new signalR.HubConnectionBuilder()
    .withUrl(`http://${address}/hub`, { transport })
    .withAutomaticReconnect([0, 50, 100, 500, 1000])
    .configureLogging(signalR.LogLevel.None)
    .build();
  const event = (name) => within(new Promise((resolve) => connection.on(name, resolve)), name);
  await within(connection.start(), 'start');
  const told = event('told');
  await connection.invoke('Tell', 'hello');
  const result = { echo: await connection.invoke('Echo', 'grüße 你好'), told: await told, stream: [] };
  await within(new Promise((resolve, reject) => connection.stream('Count', 5).subscribe({ next: (n) => result.stream.push(n), complete: resolve, error: reject })), 'stream');
  result.long = (await connection.invoke('Echo', 'x'.repeat(20_000))).length;
  if (transport !== signalR.HttpTransportType.LongPolling) {
    const reconnected = within(new Promise((resolve) => connection.onreconnected(resolve)), 'reconnected');
    connection.send('Drop').catch(() => {});
    await reconnected;
    result.again = await connection.invoke('Echo', 'back');
  }
  await connection.stop();
  return result;
}

try {
  const [address] = process.argv.slice(2);
  const { WebSockets, ServerSentEvents, LongPolling } = signalR.HttpTransportType;
  const result = {};
  for (const [name, transport] of Object.entries({ WebSockets, ServerSentEvents, LongPolling })) result[name] = await within(talk(address, transport), name, 60_000);
  console.log(JSON.stringify(result));
  process.exit(0);
} catch (error) {
  console.error(error.stack ?? error);
  process.exit(1);
}
