/**
 * Turns what Redis and ioredis fail with into errors that say what was asked, what was found and what to change. A refusal,
 * such as a wrong password or a full memory, ends a crawl; everything else is waited for.
 */
import { maskText } from '../message/redact.ts';

/**
 * What the Redis of a frontier failed with: nobody answers, it is full, or it refuses the user. A frontier's methods reject
 * with it.
 */
export class RedisError extends Error {
  /** Also across copies of the package. */
  override readonly name = 'RedisError';
}

/** Errors that do not pass by waiting, by the word that Redis begins them with. */
const ANSWERS: Readonly<Record<string, string>> = {
  OOM: 'is full: it uses all the memory that its maxmemory allows; raise maxmemory, or make room, and begin again with the same name: nothing is lost',
  NOAUTH: 'wants a password; give one in the URL (redis://user:password@host) or as the option password',
  WRONGPASS: 'does not take this user and password; give the ones of its ACL or its requirepass',
  NOPERM:
    'does not let this user run what a frontier needs; let it run all commands on the keys sluice:* (ACL SETUSER)',
  READONLY: 'is a replica, which only reads; connect to its primary',
  MISCONF: 'takes no writes, for it cannot save them to its disk; see its log, make room there, and begin again',
};

/** Why there is no connection, by the code of the system. */
const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; start a Redis there, or give the address of one that runs',
  ENOTFOUND: 'there is no host of that name; give the address of a Redis that runs',
  EAI_AGAIN: 'the name of the host could not be looked up; give the address of a Redis that runs',
  ETIMEDOUT: 'nobody answered in time; is the address right, and is the port open?',
  ECONNRESET: 'the connection was reset; is it a Redis, and does it speak TLS (rediss:)?',
};

/** Whether it is an error that does not pass by waiting. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RedisError || refusalOf(error) !== undefined;
}

/**
 * The error in our words, or itself when it is none that Redis is known to give.
 * @param address of the Redis
 * @param asked what was to be done, as in "cannot write to crawl x"
 */
export function redisFailure(error: unknown, address: string, asked: string): unknown {
  const refusal = error instanceof RedisError ? undefined : refusalOf(error);
  return refusal === undefined ? error : new RedisError(`${asked}: Redis at ${address} ${refusal}`, { cause: error });
}

/**
 * The error of a first connect that failed.
 * @param last the last error of the socket: "Connection is closed." says nothing
 */
export function unreachable(error: unknown, last: unknown, address: string): RedisError {
  if (error instanceof RedisError) return error;
  const refusal = refusalOf(error) ?? refusalOf(last);
  if (refusal !== undefined)
    return new RedisError(`Redis at ${address} cannot be used: it ${refusal}`, { cause: error });
  const cause = messageOf(error) === 'Connection is closed.' && last !== undefined ? last : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const words = (typeof code === 'string' && Object.hasOwn(CODES, code) && CODES[code]) || maskText(messageOf(cause));
  return new RedisError(`Redis at ${address} cannot be used: ${words}`, { cause });
}

function refusalOf(error: unknown): string | undefined {
  const word = /^[A-Z]+\b/.exec(messageOf(error))?.[0] ?? '';
  return Object.hasOwn(ANSWERS, word) ? ANSWERS[word] : undefined;
}

function messageOf(error: unknown): string {
  return String((error as Error | undefined)?.message);
}
