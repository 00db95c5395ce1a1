// CloseOutcome
interface CloseOutcome {
    readonly code: number;
    readonly reason: string;
    readonly clean: boolean;
}
// CompressionOptions
interface CompressionOptions {
    threshold?: number | undefined;
    serverNoContextTakeover?: boolean | undefined;
    clientNoContextTakeover?: boolean | undefined;
    serverMaxWindowBits?: number | undefined;
    clientMaxWindowBits?: number | boolean | undefined;
    level?: number | undefined;
    memLevel?: number | undefined;
}
// MessageData
type MessageData = string | ArrayBuffer | ArrayBufferView | Blob;
// SendOptions
interface SendOptions {
    binary?: boolean | undefined;
    fin?: boolean | undefined;
    compress?: boolean | undefined;
    mask?: boolean | undefined;
}
// SwitchedConnection
interface SwitchedConnection {
    readonly socket: Socket;
    readonly head: Uint8Array;
}
// UpgradeOptions
interface UpgradeOptions extends RequestOptions {
    protocols?: string | readonly string[] | null | undefined;
    compression?: boolean | CompressionOptions | null | undefined;
    mask?: boolean | null | undefined;
    maxPayload?: number | false | null | undefined;
    autoPong?: boolean | null | undefined;
    onPing?: (((data: Uint8Array, connection: WebSocketConnection) => void) | null) | undefined;
    closeTimeout?: Duration | null | undefined;
}
// WaitOptions
interface WaitOptions {
    timeout?: Duration | null | undefined;
    signal?: AbortSignal | null | undefined;
}
// WebSocketConnection
declare class WebSocketConnection implements AsyncIterable<WebSocketMessage>, AsyncDisposable {
    #private;
    readonly response: HttpResponse;
    readonly protocol: string;
    readonly extensions: string;
    readonly closed: Promise<CloseOutcome>;
    get state(): 'open' | 'closing' | 'closed';
    get bufferedAmount(): number;
    get error(): TransferError | undefined;
    send(data: MessageData, options?: SendOptions): Promise<void>;
    receive(options?: WaitOptions): Promise<WebSocketMessage | undefined>;
    [Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, void, undefined>;
    ping(data?: string | ArrayBuffer | ArrayBufferView, options?: WaitOptions): Promise<Uint8Array>;
    pong(data?: string | ArrayBuffer | ArrayBufferView): Promise<void>;
    close(code?: number, reason?: string): Promise<CloseOutcome>;
    destroy(reason?: unknown): Promise<CloseOutcome>;
    [Symbol.asyncDispose](): Promise<void>;
}
// WebSocketMessage
type WebSocketMessage = {
    readonly type: 'text';
    readonly data: string;
} | {
    readonly type: 'binary';
    readonly data: Uint8Array;
};
// handOver
declare function handOver(response: HttpResponse, socket: Socket, head?: Uint8Array): HttpResponse;
// upgradeHandler
declare function upgradeHandler(): Transport;
// Mentioned above, and not exported by a name
