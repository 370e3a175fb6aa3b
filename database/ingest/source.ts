/**
 * Opens the inputs of an ingestion as streams of bytes, decompressed by extension (.gz, .zst).
 *
 * This is where a spec could reach what it must not (DESIGN.md D15): `local` files only below the folders that
 * were allowed at start, after resolving every link, and `http` only to listed hosts, whose address is resolved
 * once, checked, and then connected to as such. Private, link-local and metadata addresses are refused unless
 * that very address or name was listed. Redirects are not followed.
 */

import { lookup } from 'node:dns/promises';
import { constants, createReadStream } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import { FileBytes } from '../../engine/format/index.ts';
import type { InputSource } from './input-spec.ts';

export type SourceRules = {
  /** Folders that `local` may read. */
  readonly folders: readonly string[];
  /** Folders that COPY ... TO may write below. */
  readonly exports: readonly string[];
  /** Hosts that `http` may ask: `name`, `name:port` or an address. */
  readonly hosts: readonly string[];
};

export type Input = {
  /** For messages: the file, the URI, `inline`. */
  readonly name: string;
  /** Compressed size, when known. */
  readonly bytes: number | null;
  readonly open: (signal: AbortSignal | undefined) => Promise<AsyncIterable<Uint8Array>>;
};

const MAX_FILES = 100000;
const TIMEOUT_MS = 60000;

/** The inputs of a source, in order. @throws BasaltError PATH_ACCESS_DENIED, CANNOT_READ */
export async function listInputs(source: InputSource, rules: SourceRules): Promise<Input[]> {
  switch (source.type) {
    case 'inline': {
      const bytes = new TextEncoder().encode(source.data);
      return [{ name: 'inline', bytes: bytes.length, open: () => Promise.resolve(once(bytes)) }];
    }
    case 'local':
      return localInputs(source, rules);
    default:
      return source.uris.map((uri) => httpInput(uri, source.user, source.password, rules));
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const denied = (message: string, hint?: string): BasaltError =>
  new BasaltError('PATH_ACCESS_DENIED', message, hint === undefined ? {} : { hint });

async function localInputs(
  source: Extract<InputSource, { type: 'local' }>,
  rules: SourceRules,
): Promise<Input[]> {
  const roots = await allowedFolders(rules);
  const found = [...source.files];
  if (source.baseDir !== null) found.push(...(await matching(source.baseDir, source.filter, roots)));
  if (found.length === 0) {
    throw new BasaltError('CANNOT_READ', `No file in ${source.baseDir} matches ${source.filter}`);
  }
  const inputs: Input[] = [];
  for (const path of found) inputs.push(await localInput(path, roots));
  return inputs;
}

/** Folders that may be read, with their links resolved. @throws BasaltError PATH_ACCESS_DENIED when there are none */
export function allowedFolders({ folders }: Pick<SourceRules, 'folders'>): Promise<string[]> {
  if (folders.length === 0) throw denied('Reading local files is off', 'Start the server with --files DIR');
  return Promise.all(folders.map((folder) => realpath(folder)));
}

/** The path with its links resolved, if it lies below a folder that may be read. @throws BasaltError PATH_ACCESS_DENIED, CANNOT_READ */
export async function allowedPath(
  path: string,
  roots: readonly string[],
  outside: (path: string) => BasaltError = notReadable,
): Promise<string> {
  if (path.includes('\0')) throw denied('A path holds a NUL character');
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    // Outside of the folders even the existence of a file is not told.
    if (!roots.some((root) => isBelow(root, path))) throw outside(path);
    throw new BasaltError('CANNOT_READ', `Cannot read ${path}`, { cause: error });
  }
  if (roots.some((root) => isBelow(root, real))) return real;
  throw outside(path);
}

const notReadable = (path: string): BasaltError =>
  denied(`${path} is not below a folder that may be read`, 'Folders are given with --files DIR');

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

async function matching(baseDir: string, filter: string, roots: readonly string[]): Promise<string[]> {
  const base = await allowedPath(baseDir, roots);
  const pattern = globPattern(filter);
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if ((entry.isFile() || entry.isSymbolicLink()) && pattern.test(entry.name)) found.push(path);
      if (found.length > MAX_FILES) {
        throw new BasaltError('LIMIT_EXCEEDED', `More than ${MAX_FILES} files match ${filter}`);
      }
    }
  };
  await walk(base);
  return found.sort();
}

/** Shell wildcards on file names: `*`, `?`, `[abc]`, `{a,b}`. */
export function globPattern(glob: string): RegExp {
  let inBraces = false;
  const source = glob.replace(/[\s\S]/g, (c) => {
    if (c === '*') return '[^/]*';
    if (c === '?') return '[^/]';
    if (c === '[' || c === ']') return c;
    if (c === '{' || c === '}') {
      inBraces = c === '{';
      return inBraces ? '(?:' : ')';
    }
    if (c === ',' && inBraces) return '|';
    return c.replace(/[.+^$()|\\]/, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    throw new BasaltError('BAD_ARGUMENTS', `'${glob}' is no file pattern`);
  }
}

export async function localInput(path: string, roots: readonly string[]): Promise<Input> {
  const real = await allowedPath(path, roots);
  // The file is opened without following a link, so one swapped in after the check is not read.
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
  const info = await handle.stat();
  await handle.close();
  if (!info.isFile()) throw new BasaltError('CANNOT_READ', `${path} is not a file`);
  return {
    name: path,
    bytes: info.size,
    open: async (signal) => {
      const checked = await allowedPath(path, roots);
      const file = await open(checked, constants.O_RDONLY | constants.O_NOFOLLOW);
      if (!COMPRESSED.test(path)) return new FileBytes(file, path, true);
      return decompressed(createReadStream('', { fd: file, highWaterMark: 1 << 20, signal }), path);
    },
  };
}

const COMPRESSED = /\.(gz|zst|zstd)$/i;

function decompressed(stream: Readable, name: string): AsyncIterable<Uint8Array> {
  const lower = name.toLowerCase();
  if (lower.endsWith('.gz')) return piped(stream, zlib.createGunzip({ chunkSize: 1 << 18 }), name);
  if (lower.endsWith('.zst') || lower.endsWith('.zstd')) {
    return piped(stream, zlib.createZstdDecompress({ chunkSize: 1 << 18 }), name);
  }
  return failing(stream, name);
}

function piped(
  from: Readable,
  through: NodeJS.ReadWriteStream & Readable,
  name: string,
): AsyncIterable<Uint8Array> {
  from.on('error', (error) => through.destroy(error));
  through.on('close', () => from.destroy());
  return failing(from.pipe(through) as unknown as Readable, name);
}

async function* failing(stream: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof BasaltError) throw error;
    if ((error as Error).name === 'AbortError') {
      throw new BasaltError('QUERY_WAS_CANCELLED', 'The ingestion was cancelled');
    }
    throw new BasaltError('CANNOT_READ', `Cannot read ${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export function httpInput(
  uri: string,
  user: string | null,
  password: string | null,
  rules: SourceRules,
): Input {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw new BasaltError('BAD_ARGUMENTS', `'${uri}' is no URI`);
  }
  checkHost(url, rules);
  return {
    name: `${url.protocol}//${url.host}${url.pathname}`,
    bytes: null,
    open: async (signal) => {
      const address = await resolveHost(url, rules);
      const auth = user === null ? undefined : `${user}:${password ?? ''}`;
      return decompressed(await get(url, address, auth, signal), url.pathname);
    },
  };
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

function checkHost(url: URL, rules: SourceRules): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw denied(`${url.protocol} addresses are not read, http: and https: are`);
  }
  if (url.username !== '' || url.password !== '') throw denied('An address may not hold a password');
  if (isListed(url, rules)) return;
  throw denied(
    `Host ${url.host} is not among those that may be read`,
    'Hosts are given with --allow-host HOST',
  );
}

function isListed(url: URL, rules: SourceRules): boolean {
  const host = bareHost(url);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return rules.hosts.some((listed) => {
    const name = listed.toLowerCase().replace(/^\[|\]$/g, '');
    return name === host || name === `${host}:${port}` || name === `[${host}]:${port}`;
  });
}

/** Addresses that lead into the machine or its network. */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  INSIDE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  INSIDE.addSubnet(net, bits, 'ipv6');
}

/** Whether an address lies inside the machine's own network, mapped IPv4 included. */
export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return INSIDE.check(mapped[1], 'ipv4');
  if (/^::ffff:/i.test(address)) return true;
  return INSIDE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The one address that is then connected to. */
async function resolveHost(url: URL, rules: SourceRules): Promise<string> {
  const host = bareHost(url);
  const literal = isIP(host) !== 0;
  let address = host;
  if (!literal) {
    try {
      address = (await lookup(host)).address;
    } catch (error) {
      throw new BasaltError('CANNOT_READ', `Host ${host} is not known`, { cause: error });
    }
  }
  // `localhost` and literal addresses are listed for what they are; any other name must not lead inside.
  const isMeant = literal || host === 'localhost' || rules.hosts.includes(address);
  if (isInside(address) && !isMeant) {
    throw denied(
      `Host ${host} leads to the private address ${address}`,
      'List the address itself to allow it',
    );
  }
  return address;
}

async function get(
  url: URL,
  address: string,
  auth: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const isSecure = url.protocol === 'https:';
  // Loaded here: Node's HTTP client would be a third of the time it takes to open a database.
  const { request } = isSecure ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: address,
        port: url.port === '' ? undefined : Number(url.port),
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, accept: '*/*' },
        auth,
        signal,
        timeout: TIMEOUT_MS,
        ...(isSecure ? { servername: bareHost(url) } : {}),
      },
      (response) => {
        if (response.statusCode === 200) {
          resolve(response);
          return;
        }
        response.destroy();
        const redirect = (response.statusCode ?? 0) >= 300 && (response.statusCode ?? 0) < 400;
        const what = redirect
          ? 'answers with a redirect, which is not followed'
          : `answers ${response.statusCode}`;
        reject(new BasaltError('CANNOT_READ', `${url.host}${url.pathname} ${what}`));
      },
    );
    asked.on('timeout', () => {
      asked.destroy(new BasaltError('CANNOT_READ', `${url.host} does not answer`));
    });
    asked.on('error', (error) => {
      const wrapped = new BasaltError('CANNOT_READ', `Cannot read from ${url.host}: ${error.message}`, {
        cause: error,
      });
      reject(error instanceof BasaltError ? error : wrapped);
    });
    asked.end();
  });
}
