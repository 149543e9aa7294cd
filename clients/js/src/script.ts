// The <script> build: one global name, the class.
import { HawserSocket } from './socket.js';

Object.assign(globalThis, { HawserSocket });
