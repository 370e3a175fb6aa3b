/**
 * The 105 columns of `hits`, the web-analytics table of ClickBench, as a generator: what each column is made from.
 *
 * `from` is an expression over the levels of `sql.ts`: the row (`i`), its visit (`visit`: a run of rows by one user on one site), the
 * visitor (`person`), the site (`site`, by rank) and the page (`page`, by rank within the site). Everything is a hash of the
 * seed and one of these numbers, so attributes that belong together are equal together: a user has one screen, a site one
 * domain, a page one title. Shapes follow what is published of the real table; `docs/internals/hits.md` compares them.
 */

import { any, below, pick, type Sql, share, skewed, unit } from '../hash-sql.ts';
import { cyrillic, latin } from './sql.ts';

export type HitsType = 'int16' | 'int32' | 'int64' | 'text' | 'date' | 'timestamp';
export type HitsColumn = { readonly name: string; readonly type: HitsType; readonly from: Sql };

const column = (name: string, type: HitsType, from: Sql): HitsColumn => ({ name, type, from });
/** Zero but for a share of the things. */
const rarely = (of: string, name: string, p: number, count: number): Sql =>
  share(of, name, p, `1 + ${below(of, `${name}.value`, count)}`, '0');
/** Empty but for a share of the rows' visits. */
const rareText = (name: string, p: number, text: Sql): Sql => share('visit', name, p, text, `''`);
const flag = (of: string, name: string, p: number): Sql => share(of, name, p, '1', '0');

const MOBILE = `(${unit('person', 'mobile')} < 0.056)`;
const SEARCHED = `(${unit('visit', 'searched')} < 0.17 AND ${unit('i', 'phrase')} < 0.78)`;
const ADVERTISED = `(${unit('visit', 'advertised')} < 0.0063)`;
const EVENT_TIME = `(day + to_seconds(600 + CAST(85799 * sqrt(${unit('visit', 'second')}) AS BIGINT) - CAST(${below('i', 'second', 600)} AS BIGINT)))`;
const SCREEN_WIDTHS = [1366, 1920, 1280, 1024, 1680, 1600, 1440, 1638, 1917, 800, 768, 320, 2560, 1152, 0];
const SCREEN_HEIGHTS = [768, 1080, 1024, 900, 800, 1050, 864, 600, 720, 480, 1200, 1440, 0];

const PHRASE = `${cyrillic(`${skewed('i', 'query', 'query_count', 2)}`, 'phrase.1')} || ' ' || ${cyrillic(`${skewed('i', 'query', 'query_count', 2)}`, 'phrase.2')} || CASE WHEN ${unit(skewed('i', 'query', 'query_count', 2), 'phrase.long')} < 0.6 THEN ' ' || ${cyrillic(`${skewed('i', 'query', 'query_count', 2)}`, 'phrase.3')} ELSE '' END`;

export const HITS_COLUMNS: readonly HitsColumn[] = [
  column('WatchID', 'int64', any('i', 'watch')),
  column('JavaEnable', 'int16', share('person', 'java', 0.7, '1', '0')),
  column('Title', 'text', 'title'),
  column('GoodEvent', 'int16', '1'),
  column('EventTime', 'timestamp', EVENT_TIME),
  column('EventDate', 'date', `CAST(${EVENT_TIME} AS DATE)`),
  column('CounterID', 'int32', `CASE site WHEN 3 THEN 62 ELSE 100 + ${below('site', 'counter', 200000)} END`),
  column('ClientIP', 'int32', `CAST(${any('person', 'address')} >> 32 AS BIGINT) - 1073741824`),
  column('RegionID', 'int32', skewed('person', 'region', '9040', 4)),
  column('UserID', 'int64', `CASE person WHEN 7 THEN 435090932899640449 ELSE ${any('person', 'id')} END`),
  column('CounterClass', 'int16', rarely('site', 'class', 0.2, 1)),
  column('OS', 'int16', pick('person', 'os', [44, 2, 3, 44, 2, 107, 108, 0, 55, 33, 8])),
  column('UserAgent', 'int16', skewed('person', 'agent', '80', 3)),
  column('URL', 'text', 'url'),
  column('Referer', 'text', 'referer'),
  column('IsRefresh', 'int16', flag('i', 'refresh', 0.07)),
  column(
    'RefererCategoryID',
    'int16',
    share('visit', 'referer.category', 0.5, skewed('site', 'referer.category.id', '16000', 5), '0'),
  ),
  column(
    'RefererRegionID',
    'int32',
    share('visit', 'referer.region', 0.5, skewed('site', 'referer.region.id', '5000', 5), '0'),
  ),
  column(
    'URLCategoryID',
    'int16',
    share('site', 'category', 0.7, skewed('site', 'category.id', '16000', 4), '0'),
  ),
  column('URLRegionID', 'int32', share('site', 'region', 0.6, skewed('site', 'region.id', '5000', 4), '0')),
  column('ResolutionWidth', 'int16', pick('person', 'screen', SCREEN_WIDTHS)),
  column('ResolutionHeight', 'int16', pick('person', 'screen.height', SCREEN_HEIGHTS)),
  column('ResolutionDepth', 'int16', pick('person', 'depth', [24, 32, 23, 16])),
  column('FlashMajor', 'int16', pick('person', 'flash', [11, 11, 10, 15, 13, 0])),
  column('FlashMinor', 'int16', pick('person', 'flash.minor', [7, 2, 5, 0, 8, 1])),
  column('FlashMinor2', 'text', pick('person', 'flash.patch', ['700', '224', '602', '', '202', '1.1'])),
  column('NetMajor', 'int16', pick('person', 'net', [0, 3, 2, 4])),
  column('NetMinor', 'int16', pick('person', 'net.minor', [0, 5, 8, 1])),
  column('UserAgentMajor', 'int16', skewed('person', 'agent.major', '60', 2)),
  column(
    'UserAgentMinor',
    'text',
    pick('person', 'agent.minor', ['0', 'D\u045f', '16', '7', '', '5', '1', 'A2']),
  ),
  column('CookieEnable', 'int16', flag('person', 'cookie', 0.99)),
  column('JavascriptEnable', 'int16', flag('person', 'javascript', 0.985)),
  column('IsMobile', 'int16', `CASE WHEN ${MOBILE} THEN 1 ELSE 0 END`),
  column(
    'MobilePhone',
    'int16',
    `CASE WHEN ${MOBILE} THEN 1 + ${skewed('person', 'phone', '60', 3)} ELSE 0 END`,
  ),
  column(
    'MobilePhoneModel',
    'text',
    `CASE WHEN ${MOBILE} AND ${unit('person', 'phone.known')} < 0.9 THEN ${latin(skewed('person', 'model', '165', 3), 'model')} ELSE '' END`,
  ),
  column(
    'Params',
    'text',
    rareText(
      'params',
      0.03,
      `'{"' || ${latin('site', 'params')} || '":' || ${below('i', 'params', 1000)} || '}'`,
    ),
  ),
  column('IPNetworkID', 'int32', `${skewed('person', 'network', '4000000', 3)}`),
  column('TraficSourceID', 'int16', pick('visit', 'source', [-1, 0, -1, 2, 1, 3, -1, 4, 5, 6, 7, 8, 9])),
  column(
    'SearchEngineID',
    'int16',
    `CASE WHEN ${SEARCHED} THEN ${pick('visit', 'engine', [2, 3, 2, 1, 13, 42])} ELSE 0 END`,
  ),
  column('SearchPhrase', 'text', `CASE WHEN ${SEARCHED} THEN ${PHRASE} ELSE '' END`),
  column(
    'AdvEngineID',
    'int16',
    `CASE WHEN ${ADVERTISED} THEN ${pick('visit', 'adv', [2, 27, 13, 45, 44, 3, 62, 52])} ELSE 0 END`,
  ),
  column('IsArtifical', 'int16', flag('visit', 'artificial', 0.04)),
  column('WindowClientWidth', 'int16', `${below('person', 'window', 1900)}`),
  column('WindowClientHeight', 'int16', `${below('visit', 'window.height', 1000)}`),
  column('ClientTimeZone', 'int16', pick('person', 'zone', [-3, -4, -2, -6, -8, 99, 0, -5])),
  column(
    'ClientEventTime',
    'timestamp',
    `${EVENT_TIME} + to_seconds(CAST(${below('person', 'skew', 7200)} AS BIGINT))`,
  ),
  column('SilverlightVersion1', 'int16', pick('person', 'silver', [0, 5, 5, 4])),
  column('SilverlightVersion2', 'int16', pick('person', 'silver.2', [0, 1, 0])),
  column('SilverlightVersion3', 'int32', pick('person', 'silver.3', [0, 20125, 20513, 10411, 30514])),
  column('SilverlightVersion4', 'int16', '0'),
  column('PageCharset', 'text', pick('site', 'charset', ['utf-8', 'windows-1251', 'utf-8', '', 'koi8-r'])),
  column('CodeVersion', 'int32', pick('site', 'code', [1601, 885, 1, 291, 0, 1567])),
  column('IsLink', 'int16', flag('i', 'link', 0.04)),
  column('IsDownload', 'int16', flag('i', 'download', 0.003)),
  column('IsNotBounce', 'int16', flag('visit', 'bounce', 0.6)),
  column('FUniqID', 'int64', share('person', 'uniq', 0.7, any('person', 'uniq.id'), '0')),
  column(
    'OriginalURL',
    'text',
    share('i', 'original', 0.03, `url || '#' || ${below('i', 'original.id', 100)}`, `''`),
  ),
  column('HID', 'int32', `CAST(${any('i', 'hid')} >> 33 AS BIGINT)`),
  column('IsOldCounter', 'int16', '0'),
  column('IsEvent', 'int16', flag('i', 'event', 0.0005)),
  column('IsParameter', 'int16', '0'),
  column('DontCountHits', 'int16', flag('i', 'uncounted', 0.13)),
  column('WithHash', 'int16', flag('site', 'hash', 0.01)),
  column('HitColor', 'text', pick('i', 'color', ['5', 'D', 'E', 'F', '4', 'S'])),
  column(
    'LocalEventTime',
    'timestamp',
    `${EVENT_TIME} - to_seconds(CAST(3600 * ${below('person', 'local', 3)} AS BIGINT))`,
  ),
  column('Age', 'int16', pick('person', 'age', [0, 0, 22, 31, 16, 50, 0])),
  column('Sex', 'int16', pick('person', 'sex', [0, 1, 2, 0])),
  column('Income', 'int16', pick('person', 'income', [0, 2, 0, 3, 1])),
  column(
    'Interests',
    'int16',
    share('person', 'interests', 0.5, skewed('person', 'interests.id', '12000', 2), '0'),
  ),
  column('Robotness', 'int16', pick('person', 'robot', [0, 0, 0, 35, 13, 48])),
  column('RemoteIP', 'int32', `CAST(${any('person', 'remote')} >> 32 AS BIGINT) - 1073741824`),
  column(
    'WindowName',
    'int32',
    share('visit', 'window.name', 0.9, '-1', `CAST(${any('visit', 'window.id')} >> 33 AS BIGINT)`),
  ),
  column(
    'OpenerName',
    'int32',
    share('visit', 'opener', 0.8, '-1', `CAST(${any('visit', 'opener.id')} >> 33 AS BIGINT)`),
  ),
  column(
    'HistoryLength',
    'int16',
    share('visit', 'history', 0.5, skewed('i', 'history.length', '50', 3), '-1'),
  ),
  column('BrowserLanguage', 'text', pick('person', 'language', ['S0', '\u0431', 'nG', '\u041e', 'en'])),
  column(
    'BrowserCountry',
    'text',
    pick('person', 'country', ['\u043b', 'q\u0458', '\u0431', 'nA', '', 'G1']),
  ),
  column(
    'SocialNetwork',
    'text',
    rareText('social', 0.0004, pick('visit', 'social.net', ['vk', 'ok', 'fb'])),
  ),
  column('SocialAction', 'text', rareText('social', 0.0004, pick('visit', 'social.act', ['like', 'share']))),
  column('HTTPError', 'int16', rarely('i', 'http', 0.0003, 503)),
  column('SendTiming', 'int32', share('i', 'send', 0.3, skewed('i', 'send.ms', '120000', 6), '0')),
  column('DNSTiming', 'int32', share('i', 'dns', 0.2, skewed('i', 'dns.ms', '30000', 6), '0')),
  column('ConnectTiming', 'int32', share('i', 'connect', 0.3, skewed('i', 'connect.ms', '60000', 6), '0')),
  column('ResponseStartTiming', 'int32', share('i', 'start', 0.5, skewed('i', 'start.ms', '120000', 5), '0')),
  column('ResponseEndTiming', 'int32', share('i', 'end', 0.5, skewed('i', 'end.ms', '120000', 5), '0')),
  column('FetchTiming', 'int32', share('i', 'fetch', 0.5, skewed('i', 'fetch.ms', '200000', 5), '0')),
  column('SocialSourceNetworkID', 'int16', rarely('visit', 'social.source', 0.02, 5)),
  column(
    'SocialSourcePage',
    'text',
    rareText(
      'social.source',
      0.02,
      `'http://social.example/' || ${latin('visit', 'social.page')} || '/' || ${below('visit', 'social.id', 100000)}`,
    ),
  ),
  column('ParamPrice', 'int64', rarely('i', 'price', 0.0008, 300000)),
  column('ParamOrderID', 'text', share('i', 'order', 0.0008, `'order-' || i`, `''`)),
  column('ParamCurrency', 'text', pick('site', 'currency', ['NH', 'NH', 'NH', 'NH', 'RUB'])),
  column('ParamCurrencyID', 'int16', rarely('i', 'price', 0.0008, 3)),
  column(
    'OpenstatServiceName',
    'text',
    rareText('openstat', 0.02, pick('visit', 'openstat.service', ['direct', 'market', 'begun'])),
  ),
  column(
    'OpenstatCampaignID',
    'text',
    rareText('openstat', 0.02, `'' || ${skewed('visit', 'openstat.campaign', '100000', 2)}`),
  ),
  column(
    'OpenstatAdID',
    'text',
    rareText('openstat', 0.02, `'' || ${skewed('visit', 'openstat.ad', '1000000', 2)}`),
  ),
  column('OpenstatSourceID', 'text', rareText('openstat', 0.02, latin('site', 'openstat.source'))),
  column(
    'UTMSource',
    'text',
    rareText('utm', 0.025, pick('visit', 'utm.source', ['direct', 'google', 'market', 'mail', 'social'])),
  ),
  column(
    'UTMMedium',
    'text',
    rareText('utm', 0.025, pick('visit', 'utm.medium', ['cpc', 'banner', 'email'])),
  ),
  column(
    'UTMCampaign',
    'text',
    rareText(
      'utm',
      0.025,
      `${latin('site', 'utm.campaign')} || ${skewed('visit', 'utm.campaign.id', '3000', 2)}`,
    ),
  ),
  column('UTMContent', 'text', rareText('utm', 0.025, `'' || ${skewed('visit', 'utm.content', '50000', 2)}`)),
  column(
    'UTMTerm',
    'text',
    rareText('utm', 0.025, cyrillic(skewed('visit', 'utm.term', '20000', 2), 'utm.term')),
  ),
  column('FromTag', 'text', rareText('from', 0.015, latin('site', 'from'))),
  column('HasGCLID', 'int16', flag('visit', 'gclid', 0.01)),
  column(
    'RefererHash',
    'int64',
    `CASE WHEN site = 3 AND ${unit('visit', 'referer.special')} < 0.05 THEN 3594120000172545465 ELSE ${any('referer', 'hash')} END`,
  ),
  column(
    'URLHash',
    'int64',
    `CASE WHEN site = 3 AND page < 20 THEN 2868770270353813622 ELSE ${any('url', 'hash')} END`,
  ),
  column('CLID', 'int32', rarely('visit', 'clid', 0.001, 30000)),
];
