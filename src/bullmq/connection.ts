/**
 * The connections of a frontier to Redis: one for its own scripts, and the options from which BullMQ makes others. The
 * first connect fails at once when nobody answers, so that a wrong address is an error and not a wait; after that a lost
 * connection is made again for as long as it takes, because a restart of Redis loses nothing.
 */
import type { ConnectionOptions } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { RedisError, redisFailure, unreachable } from './redis-error.ts';
import { SCRIPTS, type ScriptName } from './scripts.ts';

/** A URL, the options of ioredis, or a client of ioredis, which stays the caller's. */
export type RedisConnection = string | RedisOptions | Redis;

type Answer = readonly unknown[] | number;
/** Commands that ioredis makes of the scripts. */
type Scripted = Redis & Record<ScriptName, (key: string, ...args: (string | number)[]) => Promise<Answer>>;

/** The oldest Redis that has what the scripts use: `LPOP` with a count. */
const OLDEST = [6, 2] as const;

export class FrontierConnection {
  readonly redis: Redis;
  readonly #scripted: Scripted;
  readonly #key: string;
  readonly #name: string;
  /** The last error of the socket, which says why: the commands that fail with it only say that the connection is closed. */
  #last: unknown;

  private constructor(redis: Redis, key: string, name: string) {
    this.redis = redis;
    this.#key = key;
    this.#name = name;
    for (const [name, source] of Object.entries(SCRIPTS)) redis.defineCommand(name, source);
    this.#scripted = redis as Scripted;
    redis.on('error', (error: unknown) => {
      this.#last = error;
    });
  }

  /**
   * @param key the prefix of all keys of the crawl
   * @param name the name of the crawl, for messages
   * @throws RedisError when nobody answers, or the server is too old
   */
  static async open(given: RedisConnection, key: string, name: string): Promise<FrontierConnection> {
    const redis = clientOf(given);
    const connection = new FrontierConnection(redis, key, name);
    try {
      await redis.connect();
      const found = /redis_version:(\d+)\.(\d+)/.exec(await redis.info('server')) ?? [];
      const [major, minor] = [Number(found[1]), Number(found[2])];
      if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
        const words = `a frontier needs Redis 6.2 or newer, and the server is ${major}.${minor}`;
        throw new RedisError(`${words}; update the one at ${connection.#address}, or give another`);
      }
    } catch (cause) {
      redis.disconnect();
      throw unreachable(cause, connection.#last, connection.#address);
    }
    // Milliseconds until the next attempt, of which there are any number from now on.
    redis.options.retryStrategy = (times: number) => Math.min(1000, 50 * times);
    return connection;
  }

  /** Runs a script. @throws RedisError when Redis refuses, what ioredis rejects with otherwise */
  async call(name: ScriptName, ...args: (string | number)[]): Promise<Answer> {
    try {
      return await this.#scripted[name](this.#key, ...args);
    } catch (error) {
      throw this.told(error);
    }
  }

  /** The error to throw: a `RedisError` where Redis has refused something, and otherwise the one that came. */
  told(error: unknown): unknown {
    return redisFailure(error, this.#address, `the crawl ${this.#name} cannot go on`);
  }

  get #address(): string {
    const { host = 'localhost', port = 6379, path } = this.redis.options;
    return path ?? `${host}:${port}`;
  }

  async close(): Promise<void> {
    if (this.redis.status === 'ready') await this.redis.quit().catch(() => undefined);
    this.redis.disconnect();
  }
}

/** A client of our own; of one that the caller gives only the options are used, so that its end stays the caller's. */
function clientOf(given: RedisConnection): Redis {
  const settings: RedisOptions = { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => null };
  if (typeof given === 'string') return new Redis(given, settings);
  if (isClient(given)) return given.duplicate(settings);
  return new Redis({ ...given, ...settings });
}

/** The options from which BullMQ makes its connections. Its workers insist on `maxRetriesPerRequest: null`. */
export function bullConnection(given: RedisConnection): ConnectionOptions {
  const settings = { maxRetriesPerRequest: null };
  if (typeof given === 'string') return { url: given, ...settings } as ConnectionOptions;
  const options = isClient(given) ? given.options : given;
  return { ...options, ...settings, lazyConnect: false } as ConnectionOptions;
}

/** By shape: an application may have another ioredis than this package. */
function isClient(given: RedisOptions | Redis): given is Redis {
  return typeof (given as Redis).duplicate === 'function';
}
