import { playPayloads, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readScayleEvent } from './scayle.js';

playPayloads('scayle', readScayleEvent);
survivesHostileValues('scayle', readScayleEvent);
