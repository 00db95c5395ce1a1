/** Answers in a SQLite database, which several processes may share. Node's own module, asked for when a cache is made. */
import { builtin } from '../../runtime/platform.ts';
import type { CacheEntry, CacheStore } from '../entry.ts';
import { type CacheSettings, type HttpCache, makeCache } from '../make-cache.ts';
import { decodeParts, encodeParts } from './entry-codec.ts';

interface Statement {
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): unknown;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface SqliteModule {
  DatabaseSync: new (path: string) => Database;
}

interface Opened {
  readonly get: Statement;
  readonly set: Statement;
  readonly delete: Statement;
  readonly keys: Statement;
}

/** Milliseconds for which another process may hold the database. */
const BUSY = 1000;

export class SqliteStore implements CacheStore {
  readonly #module: SqliteModule;
  readonly #path: string;
  #opened: Opened | undefined;

  constructor(path: string) {
    if (typeof path !== 'string' || path === '') {
      throw new TypeError('a SQLite cache needs the path of its database, such as sqliteCache("./cache.db")');
    }
    const module = builtin<SqliteModule>('node:sqlite');
    if (module === undefined) {
      throw new TypeError(
        'sqliteCache needs node:sqlite, which this runtime does not have: Node 22.13 is the first with it. fileCache is for all',
      );
    }
    this.#module = module;
    this.#path = path;
  }

  get(key: string): CacheEntry | undefined {
    const row = this.#open().get.get(key) as { head: string; body: Uint8Array } | undefined;
    if (row === undefined) return undefined;
    try {
      return decodeParts(key, row);
    } catch (cause) {
      this.delete(key);
      throw new Error(`an entry of the cache ${this.#path} was damaged and is gone: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  set(key: string, entry: CacheEntry): void {
    const { head, body } = encodeParts(key, entry);
    this.#open().set.run(key, head, body);
  }

  delete(key: string): void {
    this.#open().delete.run(key);
  }

  keys(prefix: string): string[] {
    // Not LIKE: its wildcards may stand in a URL.
    const rows = this.#open().keys.all(prefix, prefix) as { key: string }[];
    return rows.map(({ key }) => key);
  }

  /** With the first use: a database that cannot be opened is a failure of each, and told. */
  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    let database: Database | undefined;
    try {
      database = new this.#module.DatabaseSync(this.#path);
      database.exec(`PRAGMA busy_timeout = ${BUSY}`);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = NORMAL');
      database.exec(
        'CREATE TABLE IF NOT EXISTS sluice_cache (key TEXT PRIMARY KEY, head TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID',
      );
      this.#opened = {
        get: database.prepare('SELECT head, body FROM sluice_cache WHERE key = ?'),
        set: database.prepare('INSERT OR REPLACE INTO sluice_cache (key, head, body) VALUES (?, ?, ?)'),
        delete: database.prepare('DELETE FROM sluice_cache WHERE key = ?'),
        keys: database.prepare(`SELECT key FROM sluice_cache WHERE key >= ? AND key < ? || char(1114111)`),
      };
      return this.#opened;
    } catch (cause) {
      database?.close();
      throw new Error(
        `the cache database ${this.#path} cannot be used: ${(cause as Error).message}; move it away to begin anew`,
        { cause },
      );
    }
  }
}

/**
 * A cache in a SQLite database, made with its first use; `':memory:'` is one in memory.
 * @throws TypeError without a path, and where Node has no `node:sqlite`
 */
export function sqliteCache(path: string, settings?: CacheSettings): HttpCache {
  return makeCache(new SqliteStore(path), settings);
}
