// One order for everything that has a severity.
import type { Severity } from './report';

export const WORST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

export const rank = (severity: Severity): number => WORST_FIRST.length - WORST_FIRST.indexOf(severity);
