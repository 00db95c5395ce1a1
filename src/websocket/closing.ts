/**
 * The closing handshake (RFC 6455 section 7): which Close frames went over the wire, in either direction, and what `closed`
 * makes of them.
 */
import { kindOf } from '../runtime/kind-of.ts';

/** How a connection ended. */
export interface CloseOutcome {
  /**
   * The code of the server's Close, else the one that we sent. 1005: a Close without a code. 1006: neither side sent
   * one, the connection just broke.
   */
  readonly code: number;
  /** The words of the Close, `''` without any. */
  readonly reason: string;
  /** Whether both sides sent their Close. */
  readonly clean: boolean;
}

interface Close {
  /** `undefined` for a Close without a code. */
  readonly code: number | undefined;
  readonly reason: string;
}

/** Never sent: these two codes stand for a Close without a code, and for no Close at all (RFC 6455 section 7.4.1). */
const NO_CODE = 1005;
const BROKEN = 1006;
/** Bytes of UTF-8: a control frame holds 125 (RFC 6455 section 5.5), two of which are the code. */
const MAX_REASON = 123;

/** Remembers both Closes. The order in which they come does not matter to the outcome. */
export class Closing {
  #sent: Close | undefined;
  #received: Close | undefined;
  /** A frame was broken: whatever the server says after it is not read. */
  isFailed = false;

  get isSent(): boolean {
    return this.#sent !== undefined;
  }

  /** Whether there is nothing more to wait for than the end of the connection. */
  get isOver(): boolean {
    return this.#sent !== undefined && (this.#received !== undefined || this.isFailed);
  }

  sent(code: number | undefined, reason: string): void {
    this.#sent = { code, reason };
  }

  received(code: number, reason: string): void {
    this.#received = { code: code === NO_CODE ? undefined : code, reason };
  }

  /** What it came to. The server's code counts before ours, also when it answered with another one. */
  outcome(): CloseOutcome {
    const clean = this.#sent !== undefined && this.#received !== undefined;
    const named = [this.#received, this.#sent].find((close) => close?.code !== undefined);
    if (named?.code !== undefined) return { code: named.code, reason: named.reason, clean };
    const isClosed = this.#received !== undefined || this.#sent !== undefined;
    return { code: isClosed ? NO_CODE : BROKEN, reason: '', clean };
  }
}

/** @throws TypeError for a code that must not be sent (RFC 6455 section 7.4), or a reason of more than 123 bytes */
export function checkClose(code: unknown, reason: unknown): void {
  if (!isSendable(code)) {
    const expected = '1000 to 1003, 1007 to 1014, or 3000 to 4999 (RFC 6455 §7.4)';
    throw new TypeError(`code of close must be ${expected}, got ${typeof code === 'number' ? code : typeof code}`);
  }
  if (typeof reason !== 'string') throw new TypeError(`reason of close must be text, got ${kindOf(reason)}`);
  const length = Buffer.byteLength(reason);
  if (length > MAX_REASON) {
    throw new TypeError(`reason of close may have ${MAX_REASON} bytes (RFC 6455 §5.5), got ${length}`);
  }
}

/** 1004 is reserved, 1005, 1006 and 1015 are never sent; 3000 to 4999 are the application's (RFC 6455 section 7.4). */
function isSendable(code: unknown): boolean {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
