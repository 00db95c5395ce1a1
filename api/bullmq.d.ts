// QueueSourceOptions
interface QueueSourceOptions {
    request?(job: Job): PoolItem | PromiseLike<PoolItem>;
    result?(response: HttpResponse, job: Job): unknown;
    readonly concurrency?: number | undefined;
    readonly lease?: Duration | undefined;
    readonly untilEmpty?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly clock?: Clock | undefined;
}
// RedisConnection
type RedisConnection = string | RedisOptions | Redis;
// RedisError
declare class RedisError extends Error {
    readonly name = "RedisError";
}
// RedisFrontierOptions
interface RedisFrontierOptions {
    readonly connection: RedisConnection;
    readonly name: string;
    readonly maxWaiting?: number | undefined;
    readonly lease?: Duration | undefined;
    readonly turn?: {
        readonly urls?: number | undefined;
        readonly time?: Duration | undefined;
    } | undefined;
    readonly clock?: Clock | undefined;
}
// SharedFrontier
interface SharedFrontier extends Frontier {
    readonly shared: SharedFacts;
    pause(): Promise<void>;
    resume(): Promise<void>;
    stop(): Promise<void>;
}
// queueSource
declare function queueSource(queue: Queue, options?: QueueSourceOptions): AsyncIterable<PoolItem>;
// redisFrontier
declare function redisFrontier(options: RedisFrontierOptions): SharedFrontier;
// writeLines
declare function writeLines(frontier: Frontier, path: string, options?: WriteLinesOptions): Promise<WrittenLines>;
// Mentioned above, and not exported by a name
