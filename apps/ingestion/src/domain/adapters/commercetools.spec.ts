import { playPayloads, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readCommercetoolsMessage } from './commercetools.js';

playPayloads('commercetools', readCommercetoolsMessage);
survivesHostileValues('commercetools', readCommercetoolsMessage);
