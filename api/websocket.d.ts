// CloseOutcome
interface CloseOutcome {
    readonly code: number;
    readonly reason: string;
    readonly clean: boolean;
}
// CompressionOptions
interface CompressionOptions {
    threshold?: number;
    serverNoContextTakeover?: boolean;
    clientNoContextTakeover?: boolean;
    serverMaxWindowBits?: number;
    clientMaxWindowBits?: number | boolean;
    level?: number;
    memLevel?: number;
}
// MessageData
type MessageData = string | ArrayBuffer | ArrayBufferView | Blob;
// SendOptions
interface SendOptions {
    binary?: boolean;
    fin?: boolean;
    compress?: boolean;
    mask?: boolean;
}
// SwitchedConnection
interface SwitchedConnection {
    readonly socket: Socket;
    readonly head: Uint8Array;
}
// UpgradeOptions
interface UpgradeOptions extends RequestOptions {
    protocols?: string | readonly string[] | null;
    compression?: boolean | CompressionOptions | null;
    mask?: boolean | null;
    maxPayload?: number | false | null;
    autoPong?: boolean | null;
    onPing?: ((data: Uint8Array, connection: WebSocketConnection) => void) | null;
    closeTimeout?: Duration | null;
}
// WaitOptions
interface WaitOptions {
    timeout?: Duration | null;
    signal?: AbortSignal | null;
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
