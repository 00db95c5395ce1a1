// MatcherResult
interface MatcherResult {
    readonly pass: boolean;
    message(): string;
}
// RequestMatch
interface RequestMatch {
    readonly query?: QueryInit | undefined;
    readonly headers?: Readonly<Record<string, string | RegExp | readonly string[] | null>> | undefined;
    readonly json?: unknown;
    readonly body?: string | Uint8Array | RegExp | undefined;
}
// RequestMatchers
interface RequestMatchers<R = unknown> {
    toHaveRequested(method: string, uri: string | URL | RegExp, match?: RequestMatch): R;
}
// matchers
declare const matchers: {
    toHaveRequested: typeof toHaveRequested;
};
// toHaveRequested
declare function toHaveRequested(asked: unknown, method: string, uri: string | URL | RegExp, match?: RequestMatch): MatcherResult;
// Mentioned above, and not exported by a name
