import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name));

export const folderBytes = (folder: string): number =>
  filesOf(folder).reduce((sum, file) => sum + statSync(file).size, 0);
