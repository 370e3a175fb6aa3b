/** The part of the WebAssembly API that Basalt uses; TypeScript ships it only with the browser's library. */
declare namespace WebAssembly {
  type MemoryDescriptor = { initial: number; maximum?: number; shared?: boolean };
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
}
