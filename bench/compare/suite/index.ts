import type { Suite } from '../suite.ts';
import { clickbench } from './clickbench.ts';
import { druid } from './druid.ts';
import { gate } from './gate.ts';

export const SUITES: readonly Suite[] = [gate, clickbench, druid];
