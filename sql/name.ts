/** The part of the door that needs no grammar: who only names types does not load the language. */

export { dialectTypeName } from './dialect/type-name.ts';
