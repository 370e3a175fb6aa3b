// The kernel module: every family's exports. See ../load.ts for what a kernel may and may not do.
export * from "./select";
export * from "./number";
export * from "./scan";
export * from "./json";
export * from "./csv";
export * from "./compare";
export * from "./widen";
export * from "./arith";
export * from "./aggregate";
export * from "./group";
export * from "./string";
export * from "./sort";
export * from "./checksum";
export * from "./decode";
export * from "./encode";
export * from "./dictionary";
export * from "./permute";
