/** The connections of a frontier: one for its own scripts, and what BullMQ makes its own from. */
import type { ConnectionOptions } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { maskText } from '../message/redact.ts';
import { SCRIPTS, type ScriptName } from './scripts.ts';

/** A URL, the options of ioredis, or a client of ioredis, which stays the caller's. */
export type RedisConnection = string | RedisOptions | Redis;

/**
 * What the Redis of a frontier failed with: nobody answers, or the server is too old. A frontier's methods reject with it.
 */
export class RedisError extends Error {
  /** Also across copies of the package. */
  override readonly name = 'RedisError';
}

type Answer = readonly unknown[] | number;
/** Commands that ioredis makes of the scripts. */
type Scripted = Redis & Record<ScriptName, (key: string, ...args: (string | number)[]) => Promise<Answer>>;

const OLDEST = [6, 2] as const;

export class FrontierConnection {
  readonly redis: Redis;
  readonly #scripted: Scripted;
  readonly #key: string;

  private constructor(redis: Redis, key: string) {
    this.redis = redis;
    this.#key = key;
    for (const [name, source] of Object.entries(SCRIPTS)) redis.defineCommand(name, source);
    this.#scripted = redis as Scripted;
    // Commands tell their failures; the rest is for nobody.
    redis.on('error', () => undefined);
  }

  /** @throws RedisError when nobody answers, or the server is too old */
  static async open(given: RedisConnection, key: string): Promise<FrontierConnection> {
    const redis = clientOf(given);
    const connection = new FrontierConnection(redis, key);
    try {
      await redis.connect();
      const found = /redis_version:(\d+)\.(\d+)/.exec(await redis.info('server')) ?? [];
      const [major, minor] = [Number(found[1]), Number(found[2])];
      if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
        throw new RedisError(`a frontier needs Redis 6.2 or newer, and the server is ${major}.${minor}`);
      }
    } catch (cause) {
      redis.disconnect();
      if (cause instanceof RedisError) throw cause;
      const { host = 'localhost', port = 6379 } = redis.options;
      const words = maskText(String((cause as Error).message));
      throw new RedisError(`Redis at ${host}:${port} cannot be used: ${words}`, { cause });
    }
    // From now on what breaks is waited for: a restart loses nothing.
    redis.options.retryStrategy = (times: number) => Math.min(1000, 50 * times);
    return connection;
  }

  call(name: ScriptName, ...args: (string | number)[]): Promise<Answer> {
    return this.#scripted[name](this.#key, ...args);
  }

  async close(): Promise<void> {
    if (this.redis.status === 'ready') await this.redis.quit().catch(() => undefined);
    this.redis.disconnect();
  }
}

function clientOf(given: RedisConnection): Redis {
  const settings: RedisOptions = { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => null };
  if (typeof given === 'string') return new Redis(given, settings);
  if (isClient(given)) return given.duplicate(settings);
  return new Redis({ ...given, ...settings });
}

/** What BullMQ is given: it makes connections of its own from options. */
export function bullConnection(given: RedisConnection): ConnectionOptions {
  const settings = { maxRetriesPerRequest: null };
  if (typeof given === 'string') return { url: given, ...settings } as ConnectionOptions;
  const options = isClient(given) ? given.options : given;
  return { ...options, ...settings, lazyConnect: false } as ConnectionOptions;
}

function isClient(given: RedisOptions | Redis): given is Redis {
  return typeof (given as Redis).duplicate === 'function';
}
