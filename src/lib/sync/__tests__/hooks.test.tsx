// @vitest-environment happy-dom
// Hook functionality, where the documents say that its tests are (document 000).
import '../../../../tests/feedback/error-hooks.test.tsx';
import '../../../../tests/react/documents.test.tsx';
