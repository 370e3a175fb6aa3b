/** Objects of a spec, read field by field: what is wrong is an error that names the field by its path. */

import { BasaltError } from '../../engine/base/error.ts';
import { numberOf } from './loose-value.ts';

type Json = Record<string, unknown>;

/** INVALID_SPEC, naming the field. */
export const fail = (path: string, reason: string): BasaltError =>
  new BasaltError('INVALID_SPEC', `${path}: ${reason}`);

/** One object of the spec and where it stands. */
export class SpecNode {
  readonly value: Json;
  readonly path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw fail(path, value === undefined ? 'is missing' : 'an object is expected');
    }
    this.value = value as Json;
    this.path = path;
  }

  at(key: string): string {
    return `${this.path}.${key}`;
  }

  has(key: string): boolean {
    return this.value[key] !== undefined && this.value[key] !== null;
  }

  child(key: string): SpecNode {
    return new SpecNode(this.value[key], this.at(key));
  }

  optional(key: string): SpecNode {
    return new SpecNode(this.has(key) ? this.value[key] : {}, this.at(key));
  }

  text(key: string, fallback?: string): string {
    if (!this.has(key) && fallback !== undefined) return fallback;
    const value = this.value[key];
    if (typeof value === 'string' && value !== '') return value;
    throw fail(this.at(key), value === undefined ? 'is missing' : 'a non-empty string is expected');
  }

  flag(key: string, fallback: boolean): boolean {
    if (!this.has(key)) return fallback;
    const value = this.value[key];
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw fail(this.at(key), 'true or false is expected');
  }

  count(key: string, fallback: number): number {
    if (!this.has(key)) return fallback;
    const value = numberOf(this.value[key]);
    if (Number.isInteger(value) && value >= 0) return value;
    // Druid writes -1 for "use the default".
    if (value === -1) return fallback;
    throw fail(this.at(key), 'a whole number, 0 or more, is expected');
  }

  list(key: string): unknown[] {
    const value = this.value[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    throw fail(this.at(key), 'a list is expected');
  }

  texts(key: string): string[] {
    return this.list(key).map((value, i) => {
      if (typeof value === 'string' && value !== '') return value;
      throw fail(`${this.at(key)}[${i}]`, 'a non-empty string is expected');
    });
  }
}
