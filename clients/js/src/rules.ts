// The rules without state, the same numbers as in docs/heartbeat.md.
import type { Data } from './options.js';

/** Upper end of the range a delay is drawn from. */
export const ceiling = (attempt: number, code: number, min: number, max: number, factor: number, spread: number): number => {
  const range = Math.min(max, min * factor ** (attempt - 1));
  // RFC 6455 §7.4.1 and the IANA registry: going away, service restart, try again later. Everybody was sent away in one moment.
  return code === 1001 || code === 1012 || code === 1013 ? Math.max(range, spread) : range;
};

/** Whether a close code leaves hope: not a normal end, not a refusal by policy, not one of the application's own. */
export const mayReconnect = (code: number): boolean => code !== 1000 && code !== 1008 && !(code >= 4000 && code < 5000);

/** The address as a WebSocket takes it: absolute, http as ws, and never ws on an https page, where a browser blocks it as mixed content. */
export const resolve = (address: string | URL): string => {
  const page = globalThis.location?.href.replace('blob:', ''); // a worker made from a blob belongs to a page too
  const url = new URL(address, page);
  url.protocol = url.protocol.replace('http', 'ws');
  if (page?.startsWith('https:')) url.protocol = 'wss:';
  return url.href;
};

/** Bytes on the wire, without framing: text as UTF-8. */
export const sizeOf = (data: Data): number => new Blob([data as BlobPart]).size;

/** A copy, since the caller may reuse its buffer before the connection is there. */
export const copy = (data: Data): Data =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : data.slice(0);
