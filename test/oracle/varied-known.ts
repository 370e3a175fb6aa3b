/**
 * What of ClickHouse's answers to varied examples (varied-examples.ts) is not ours to give: one of several right ones, an
 * estimate, a reading of what is no such text. docs/differences.md tells users of those that are ours. By names of functions.
 */

const OTHERWISE: readonly { readonly why: string; readonly names: RegExp }[] = [
  {
    why: 'of values of equal count or order any, and what a list keeps of many in any order',
    names: /^(topK|groupArrayLast|groupArrayIntersect|anyHeavy|argM)/,
  },
  { why: 'a LowCardinality is the type in it here', names: /^(dynamicType|toLowCardinality)$/ },
  { why: 'bitmaps give their numbers in order here', names: /^(bitmap|subBitmap)/ },
  {
    why: 'lists sorted in part, and lists searched as if they were sorted',
    names: /^(arrayPartial|indexOf)/,
  },
  {
    why: 'estimates',
    names: /^(quantiles?|median)($|TDigest|Timing|BFloat16|Prometheus|Deterministic|GK)|^(skew|approx_top)/,
  },
  {
    why: 'a value that one list repeats counts as in several there',
    names: /^arraySymmetricDifference$/,
  },
  { why: 'digits behind a second point are read there', names: /^toDecimal\d/ },
  { why: 'addresses with three colons in a row are read there', names: /IPv6/ },
  { why: 'no text is in an empty one there, not even an empty one', names: /^multiSearch/ },
  { why: 'a moment without a year is of this one there', names: /^parseDateTime.*BestEffort/ },
  { why: 'moments beyond 2299', names: /^(parseDateTime64InJoda|makeDateTime64)/ },
  {
    why: 'a date holds every day here, a DateTime every second',
    names: /^((add|subtract|plus|minus)([A-Z ]|$)|addDate|subDate|toDate32|toStartOfISOYear)/,
  },
  { why: 'DateTime64(0) is DateTime here, Time64(0) is Time', names: /^to(Date)?Time64/ },
  {
    why: 'negative numbers are unsigned there when unsigned ones divide them',
    names: /^(modulo|positiveModulo)$/,
  },
  { why: 'a literal that is negated in brackets has the type of its value here', names: /^negate$/ },
  {
    why: 'samples and shares that make no sense are refused here',
    names: /^(minSampleSize|proportionsZTest)/,
  },
  { why: 'samples that do not vary, and empty ones', names: /(TTest|UTest|Stable)$/ },
  { why: 'rates above 100, and of days in disorder, are found here', names: /^financialInternalRate/ },
  { why: 'bytes above 127 come before letters there', names: /^compareSubstrings$/ },
  { why: 'addresses of other forms have numbers there', names: /^(MACStringTo|domain\w*RFC)/ },
  {
    why: 'a value of one list alone is in another there that repeats one, or has NULL',
    names: /^(array(Intersect|JaccardIndex)|hasAny)$/,
  },
  { why: 'points on the border of a polygon', names: /^pointInPolygon$/ },
  { why: 'names of character sets are read with mistakes there', names: /^convertCharset$/ },
  { why: 'of a key that a map has twice', names: /^mapPopulateSeries$/ },
  { why: 'a zone without a name', names: /^timezoneOf$/ },
  {
    why: 'a tuple is not NULL here, its elements are',
    names: /^(tuple\w+Number|tumble|hop|Linf\w*Normalize)/,
  },
  { why: 'one row with NULL makes all of them NULL there', names: /^cosineDistance$/ },
  { why: 'grids and ranges want bounds that are there', names: /^timeSeries/ },
  { why: 'a LIKE pattern that is NULL', names: /^map(Contains|Extract)/ },
  { why: 'of no rows', names: /^(quantiles?(DD|ExactExclusive)|groupBitAnd)/ },
  { why: 'what is no JSON', names: /^simpleJSONExtractRaw$/ },
  { why: 'states have another text here', names: /^finalizeAggregation$/ },
  { why: 'the first of equal elements goes there, whatever it weighs', names: /^arrayLevenshteinDistanceW/ },
  { why: 'what is no geohash gives a place nonetheless', names: /^geohash/ },
];

export const isOtherwise = (name: string): boolean => OTHERWISE.some(({ names }) => names.test(name));

/** Of DuckDB's: estimates, a character its client shows as a blank, bytes that are a type of their own there, a unit in a
 * column, NULL among what a list is asked for, as a separator, or to merge with; elements in no order, rows of one key, -0.0, which is
 * a DECIMAL there, parts of moments beyond their range, kurtoses on the edge of rounding, and a value that a struct has twice. */
export const OTHERWISE_DUCKDB =
  /^((list_)?approx_|(list_)?kurtosis_pop$|struct_position$|chr$|unhex$|from_hex$|date_trunc$|datetrunc$|date_diff$|datediff$|date_part$|list_has_a|json_merge_patch$|string_split$|encode$|list_distinct$|arg_m\w+_null|signbit$|unbin$|reservoir_|regexp_split_to_array$|list_cosine_|make_timestamptz$)/;

/** What it has no error for: minutes beyond an hour among them. */
export const REFUSED_BY_US =
  /There is no time|regular expression|Malformed JSON|The least value of bar|ESCAPE takes one character|The step of a range is 0|is no JSON path|leads to several|Cannot read '\{|is not an interval/;

/** What is refused here and not there: numbers that wrap, a zone without a name, parameters that are nothing. */
export const REFUSED_HERE =
  /VALUE_IS_OUT_OF_RANGE|does not fit|Cannot read '\([\d(]|Unknown time zone ''|requires one parameter|Unknown type|does not take \(DateTime\)|ask for shorter ones|pattern letter|The range of -Resample|The least value of bar|as state\(/;

/** Answers that are others each time. */
export const CHANGING =
  /now|today|yesterday|rand|fuzzBits|uuid|generateUUID|sleep|uptime|version|timezone\(|hostName|queryID|currentUser|rowNumber|blockNumber|blockSize/i;
