// Event handling, where the documents say that its tests are (document 000).
import '../../../../tests/client/history.test.ts';
import '../../../../tests/client/replica.test.ts';
import '../../../../tests/client/topic.test.ts';
