// Connection establishment, where the documents say that its tests are (document 000). The tests themselves mirror the sources, under tests/.
import '../../../../tests/core/connection-table.test.ts';
import '../../../../tests/core/connection.test.ts';
import '../../../../tests/client/connection-health.test.ts';
