// The conformance suite over the three places in which an engine may run. A kind that is missing here fails tests/law/hosts.test.ts.
import { describeHost } from './conformance.ts';

describeHost('shared');
describeHost('elected');
describeHost('inline');
