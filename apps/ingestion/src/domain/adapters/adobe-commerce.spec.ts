import { playPayloads, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readAdobeCommerceEvent } from './adobe-commerce.js';

playPayloads('adobe-commerce', readAdobeCommerceEvent);
survivesHostileValues('adobe-commerce', readAdobeCommerceEvent);
