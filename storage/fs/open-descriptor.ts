/**
 * Opens what a descriptor names, in any thread. Kept apart from the file systems so that a worker needs no
 * file system of its own to read.
 */

import type { ReadableDescriptor, ReadableFile } from './file-system.ts';
import { SharedReadableFile } from './memory.ts';
import { RealFileSystem } from './real.ts';

const real = new RealFileSystem();

export function openDescriptor(descriptor: ReadableDescriptor): ReadableFile {
  return descriptor.kind === 'file'
    ? real.open(descriptor.path)
    : new SharedReadableFile(descriptor.path, descriptor.buffer, descriptor.bytes);
}
