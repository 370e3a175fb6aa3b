/**
 * Made-up Wikipedia edit events with the columns of Druid's wikiticker sample and a skew like the real one.
 *
 * The same seed gives the same bytes. Rows come in time order, spread evenly over the days asked for. Users and
 * pages follow Zipf's law (P(rank k) ~ 1/k); anonymous users have an address for a name and a place, others have
 * none; delta = added - deleted. About 400 bytes a row, several hundred MB/s: pieces of text are encoded once
 * and copied.
 */

import { type Random, SeededRandom } from '../engine/base/random.ts';

export type WikipediaOptions = {
  readonly rows: number;
  readonly seed?: number;
  /** First instant, milliseconds since the epoch; default 2015-09-12T00:00Z. */
  readonly startMs?: number;
  readonly days?: number;
};

const CHUNK_BYTES = 1 << 20;
const ROW_ROOM_BYTES = 2048;
const DAY_MS = 86400000;
const USERS = 20000;
const ROBOTS = 60;
const PAGES = 400000;

const CHANNELS =
  'en vi it fr de ru es zh pl pt ja uz sv ar uk ca nl fa he cs hu ko ceb sr el fi da no tr hy id ro gl th bg et sk hr lt eo ms sl kk be eu nn la az hi simple war sh';
const NAMESPACES = [
  'Main',
  'User talk',
  'Wikipedia',
  'User',
  'Talk',
  'Category',
  'File',
  'Template',
  'Wikipedia talk',
  'Portal',
  'Draft',
  'Help',
  'Module',
  'Special',
];
const WORDS =
  'river station history list of church county football season battle film album university school museum king saint north south east west lake mountain island bridge railway village district municipality election party war treaty species genus beetle moth orchid asteroid galaxy star ship class airport highway park castle palace cathedral language dialect alphabet novel poem opera symphony painter sculptor footballer politician bishop admiral general chess tennis cricket rugby cup league olympics games championship'.split(
    ' ',
  );
const COMMENTS = [
  'clean up',
  'Robot: fixing redirects',
  'added reference',
  'typo',
  '/* External links */',
  '/* History */ new paragraph',
  'Undid revision of [[Special:Contributions]]',
  'Added {{unreferenced}} tag to article',
  'removed vandalism using [[WP:HG|Huggle]]',
  'quick-adding category "Living people" (using [[WP:HOTCAT|HotCat]])',
  'Bot: migrating interwiki links, now provided by Wikidata',
  'Bild ersetzt',
  'actualisation de la page',
  'aggiunta nota',
  'исправлена опечатка',
];
/** Country code, name, then region code, region name and city triples. */
const PLACES: readonly (readonly [string, string, readonly (readonly [string, string, string])[]])[] = [
  [
    'US',
    'United States',
    [
      ['CA', 'California', 'San Francisco'],
      ['NY', 'New York', 'New York'],
      ['TX', 'Texas', 'Austin'],
      ['IL', 'Illinois', 'Chicago'],
    ],
  ],
  [
    'GB',
    'United Kingdom',
    [
      ['H9', 'London, City of', 'London'],
      ['I2', 'Manchester', 'Manchester'],
    ],
  ],
  [
    'IT',
    'Italy',
    [
      ['RM', 'Latium', 'Rome'],
      ['MI', 'Lombardy', 'Milan'],
    ],
  ],
  [
    'DE',
    'Germany',
    [
      ['BE', 'Land Berlin', 'Berlin'],
      ['BY', 'Bavaria', 'Munich'],
    ],
  ],
  ['FR', 'France', [['J', 'Île-de-France', 'Paris']]],
  ['JP', 'Japan', [['13', 'Tōkyō', 'Tokyo']]],
  ['BR', 'Brazil', [['SP', 'São Paulo', 'São Paulo']]],
  ['RU', 'Russia', [['MOW', 'Moscow', 'Moscow']]],
  ['IN', 'India', [['MH', 'Maharashtra', 'Mumbai']]],
  ['AU', 'Australia', [['NSW', 'New South Wales', 'Sydney']]],
];

const encoder = new TextEncoder();
const bytesOf = (text: string): Uint8Array => encoder.encode(text);
const jsonBytes = (text: string): Uint8Array => bytesOf(JSON.stringify(text));

/** Pieces of text, encoded once, back to back. */
class Pieces {
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;

  constructor(texts: readonly string[]) {
    this.#bytes = bytesOf(texts.join(''));
    this.#offsets = new Uint32Array(texts.length + 1);
    for (let i = 0; i < texts.length; i++) {
      this.#offsets[i + 1] = this.#offsets[i] + encoder.encode(texts[i]).length;
    }
  }

  write(to: Uint8Array, at: number, index: number): number {
    for (let i = this.#offsets[index]; i < this.#offsets[index + 1]; i++) to[at++] = this.#bytes[i];
    return at;
  }
}

function put(to: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) to[at++] = bytes[i];
  return at;
}

function putNumber(to: Uint8Array, at: number, value: number, width = 1): number {
  if (value < 0) {
    to[at++] = 45;
    value = -value;
  }
  let size = width;
  for (let power = 10 ** width; power <= value; power *= 10) size++;
  for (let i = at + size - 1; i >= at; i--) {
    const next = (value / 10) | 0;
    to[i] = 48 + value - next * 10;
    value = next;
  }
  return at + size;
}

/** A rank in [0, count) by Zipf's law with exponent 1. */
const zipf = (random: Random, count: number): number =>
  Math.min(count - 1, Math.floor(Math.exp(random.float() * Math.log(count + 1))) - 1);

const title = (word: string): string => word[0].toUpperCase() + word.slice(1);

function pageName(rank: number): string {
  const count = WORDS.length;
  const a = WORDS[(rank * 7) % count];
  const b = WORDS[Math.floor(rank / count) % count];
  return `${title(a)} ${b} ${Math.floor(rank / (count * 3)) + 1}`;
}

const KEYS = {
  time: '{"time":"',
  channel: '","channel":"#',
  cityName: '.wikipedia","cityName":',
  comment: ',"comment":"',
  metroCode: ',"metroCode":',
  namespace: ',"namespace":',
  page: ',"page":',
  user: ',"user":',
  delta: ',"delta":',
  added: ',"added":',
  deleted: ',"deleted":',
} as const;

const ENCODED = Object.fromEntries(
  Object.entries(KEYS).map(([name, text]) => [name, bytesOf(text)]),
) as Record<keyof typeof KEYS, Uint8Array>;

const NULL = bytesOf('null');
const ROW_END = bytesOf('}\n');

/** All combinations of the five flags, as JSON text from isAnonymous to isUnpatrolled. */
const FLAGS = new Pieces(
  Array.from({ length: 32 }, (_, bits) =>
    ['isAnonymous', 'isMinor', 'isNew', 'isRobot', 'isUnpatrolled']
      .map((name, i) => `,"${name}":${(bits & (1 << i)) !== 0}`)
      .join(''),
  ),
);

type Place = { readonly city: Uint8Array; readonly country: Uint8Array; readonly region: Uint8Array };

const NOWHERE: Place = {
  city: NULL,
  country: bytesOf(',"countryIsoCode":null,"countryName":null'),
  region: bytesOf(',"regionIsoCode":null,"regionName":null'),
};

const SOMEWHERE: readonly Place[] = PLACES.flatMap(([code, country, regions]) =>
  regions.map(([regionCode, region, city]) => ({
    city: jsonBytes(city),
    country: bytesOf(`,"countryIsoCode":"${code}","countryName":${JSON.stringify(country)}`),
    region: bytesOf(`,"regionIsoCode":"${regionCode}","regionName":${JSON.stringify(region)}`),
  })),
);

/** NDJSON in pieces of about 1 MiB, each of whole rows. */
export function* wikipediaNdjson(options: WikipediaOptions): Generator<Uint8Array<ArrayBuffer>> {
  const { rows, seed = 1, startMs = Date.UTC(2015, 8, 12), days = 10 } = options;
  const random = new SeededRandom(seed);
  const channels = new Pieces(CHANNELS.split(' '));
  const channelCount = CHANNELS.split(' ').length;
  const users = new Pieces(
    Array.from({ length: USERS }, (_, i) =>
      JSON.stringify(
        i < ROBOTS ? `${title(WORDS[i % WORDS.length])}Bot` : `${title(WORDS[i % WORDS.length])}${i}`,
      ),
    ),
  );
  const pages = new Pieces(
    Array.from({ length: Math.min(PAGES, rows * 2 + 1) }, (_, i) => JSON.stringify(pageName(i))),
  );
  const pageCount = Math.min(PAGES, rows * 2 + 1);
  const comments = new Pieces(COMMENTS.map((text) => JSON.stringify(text).slice(1, -1)));
  const namespaces = new Pieces(NAMESPACES.map((text) => JSON.stringify(text)));
  const spacingMs = (days * DAY_MS) / Math.max(1, rows);

  let buffer = new Uint8Array(CHUNK_BYTES + ROW_ROOM_BYTES);
  let at = 0;
  let day = new Uint8Array(0);
  let dayNumber = -1;
  for (let i = 0; i < rows; i++) {
    const timeMs = startMs + Math.floor((i + random.float()) * spacingMs);
    const today = Math.floor(timeMs / DAY_MS);
    if (today !== dayNumber) {
      dayNumber = today;
      day = bytesOf(new Date(timeMs).toISOString().slice(0, 11)) as Uint8Array<ArrayBuffer>;
    }
    const isAnonymous = random.float() < 0.13;
    const userRank = zipf(random, USERS);
    const isRobot = !isAnonymous && userRank < ROBOTS;
    const flags =
      (isAnonymous ? 1 : 0) |
      (random.float() < 0.35 ? 2 : 0) |
      (random.float() < 0.07 ? 4 : 0) |
      (isRobot ? 8 : 0) |
      (random.float() < 0.09 ? 16 : 0);
    const place = isAnonymous ? SOMEWHERE[zipf(random, SOMEWHERE.length)] : NOWHERE;
    const added = random.float() < 0.3 ? 0 : Math.floor(Math.exp(random.float() * 9)) - 1;
    const deleted = random.float() < 0.75 ? 0 : Math.floor(Math.exp(random.float() * 8)) - 1;

    at = put(buffer, at, ENCODED.time);
    at = put(buffer, at, day);
    at = putClock(buffer, at, timeMs - dayNumber * DAY_MS);
    at = put(buffer, at, ENCODED.channel);
    at = channels.write(buffer, at, zipf(random, channelCount));
    at = put(buffer, at, ENCODED.cityName);
    at = put(buffer, at, place.city);
    at = put(buffer, at, ENCODED.comment);
    at = comments.write(buffer, at, random.below(COMMENTS.length));
    if (random.float() < 0.6) {
      buffer[at++] = 32;
      at = putNumber(buffer, at, random.below(1000000));
    }
    buffer[at++] = 34;
    at = put(buffer, at, place.country);
    at = FLAGS.write(buffer, at, flags);
    at = put(buffer, at, ENCODED.metroCode);
    if (place !== NOWHERE && random.float() < 0.4) at = putNumber(buffer, at, 500 + random.below(300));
    else at = put(buffer, at, NULL);
    at = put(buffer, at, ENCODED.namespace);
    at = namespaces.write(buffer, at, zipf(random, NAMESPACES.length));
    at = put(buffer, at, ENCODED.page);
    at = pages.write(buffer, at, random.float() < 0.5 ? zipf(random, pageCount) : random.below(pageCount));
    at = put(buffer, at, place.region);
    at = put(buffer, at, ENCODED.user);
    at = isAnonymous ? putAddress(buffer, at, random) : users.write(buffer, at, userRank);
    at = put(buffer, at, ENCODED.delta);
    at = putNumber(buffer, at, added - deleted);
    at = put(buffer, at, ENCODED.added);
    at = putNumber(buffer, at, added);
    at = put(buffer, at, ENCODED.deleted);
    at = putNumber(buffer, at, deleted);
    at = put(buffer, at, ROW_END);
    if (at >= CHUNK_BYTES) {
      yield buffer.subarray(0, at);
      buffer = new Uint8Array(CHUNK_BYTES + ROW_ROOM_BYTES);
      at = 0;
    }
  }
  if (at > 0) yield buffer.subarray(0, at);
}

function putClock(to: Uint8Array, at: number, ms: number): number {
  at = putNumber(to, at, Math.floor(ms / 3600000), 2);
  to[at++] = 58;
  at = putNumber(to, at, Math.floor(ms / 60000) % 60, 2);
  to[at++] = 58;
  at = putNumber(to, at, Math.floor(ms / 1000) % 60, 2);
  to[at++] = 46;
  at = putNumber(to, at, ms % 1000, 3);
  to[at++] = 90;
  return at;
}

function putAddress(to: Uint8Array, at: number, random: Random): number {
  to[at++] = 34;
  for (let part = 0; part < 4; part++) {
    if (part > 0) to[at++] = 46;
    at = putNumber(to, at, 1 + random.below(254));
  }
  to[at++] = 34;
  return at;
}

/** The ingestion spec that loads the events as the sample table. The caller feeds {@link wikipediaNdjson} itself. */
export const wikipediaSpec = (dataSource: string) => ({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource,
      timestampSpec: { column: 'time', format: 'iso' },
      dimensionsSpec: {
        dimensions: [
          'channel',
          'cityName',
          'comment',
          'countryIsoCode',
          'countryName',
          'isAnonymous',
          'isMinor',
          'isNew',
          'isRobot',
          'isUnpatrolled',
          'metroCode',
          'namespace',
          'page',
          'regionIsoCode',
          'regionName',
          'user',
          { type: 'long', name: 'delta' },
          { type: 'long', name: 'added' },
          { type: 'long', name: 'deleted' },
        ],
      },
      granularitySpec: { segmentGranularity: 'day', queryGranularity: 'none', rollup: false },
    },
    ioConfig: { type: 'index_parallel', inputFormat: { type: 'json' } },
    tuningConfig: { type: 'index_parallel' },
  },
});
