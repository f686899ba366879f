// What is kept, and the import of the old localStorage format, where the documents say that their tests are (document 000).
import '../../../../tests/client/export-state.test.ts';
import '../../../../tests/client/legacy-state.test.ts';
