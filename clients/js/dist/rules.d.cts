import type { Data } from './options.cjs';
/** Upper end of the range a delay is drawn from. */
export declare const ceiling: (attempt: number, code: number, min: number, max: number, factor: number, spread: number) => number;
/** Whether a close code leaves hope: not a normal end, not a refusal by policy, not one of the application's own. */
export declare const mayReconnect: (code: number) => boolean;
/** The address as a WebSocket takes it: absolute, http as ws, and never ws on an https page, where a browser blocks it as mixed content. */
export declare const resolve: (address: string | URL) => string;
/** Bytes on the wire, without framing: text as UTF-8. */
export declare const sizeOf: (data: Data) => number;
/** A copy, since the caller may reuse its buffer before the connection is there. */
export declare const copy: (data: Data) => Data;
