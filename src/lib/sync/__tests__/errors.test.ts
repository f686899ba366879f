// Error scenarios, where the documents say that their tests are (document 000).
import '../../../../tests/core/circuit-breaker.test.ts';
import '../../../../tests/feedback/error-handler.test.ts';
