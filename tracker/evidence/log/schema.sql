-- One SQLite file that is a GeoPackage 1.3 and an append-only log of reports.
CREATE TABLE gpkg_spatial_ref_sys(
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents(
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns(
  table_name TEXT NOT NULL REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY(table_name, column_name), UNIQUE(table_name));
CREATE TABLE gpkg_extensions(
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  UNIQUE(table_name, column_name, extension_name));
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', NULL);

CREATE TABLE report_log(
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  report_id   TEXT NOT NULL CHECK(length(report_id) > 0),
  revision    INTEGER NOT NULL CHECK(revision >= 1),
  operation   TEXT NOT NULL CHECK(operation IN ('add', 'correct', 'retract', 'restore', 'link', 'unlink')),
  author      TEXT NOT NULL CHECK(length(trim(author)) > 0),
  reason      TEXT CHECK(operation = 'add' OR length(trim(coalesce(reason, ''))) > 0),
  recorded_at DATETIME NOT NULL CHECK(recorded_at GLOB '????-??-??T??:??:??.???Z'),
  relation    TEXT CHECK(relation IS NULL OR relation IN ('repost', 'same event', 'different')),
  other_id    TEXT,
  kind        TEXT NOT NULL,
  unit        TEXT,
  earliest    DATETIME NOT NULL CHECK(earliest GLOB '????-??-??T??:??:??.???Z'),
  latest      DATETIME CHECK(latest IS NULL OR (latest GLOB '????-??-??T??:??:??.???Z' AND latest >= earliest)),
  time_basis  TEXT,
  place       TEXT,
  admin       TEXT,
  road        TEXT,
  heading     TEXT,
  vehicles    TEXT,
  lon         DOUBLE CHECK(lon IS NULL OR lon BETWEEN -180 AND 180),
  lat         DOUBLE CHECK(lat IS NULL OR lat BETWEEN -90 AND 90),
  radius_m    DOUBLE,
  summary     TEXT,
  publisher   TEXT,
  origin      TEXT,
  url         TEXT,
  archive_url TEXT,
  published   TEXT,
  reliability TEXT,
  credibility INTEGER,
  notes       TEXT,
  prev_hash   TEXT,
  hash        TEXT NOT NULL,
  geom        POINT,
  UNIQUE(report_id, revision),
  CHECK((revision = 1) = (operation = 'add')),
  CHECK((revision = 1) = (prev_hash IS NULL)),
  CHECK((operation IN ('link', 'unlink')) = (other_id IS NOT NULL)),
  CHECK((relation IS NULL) = (other_id IS NULL)),
  CHECK((lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (geom IS NULL)));
CREATE INDEX report_log_earliest ON report_log(earliest);
CREATE INDEX report_log_changed ON report_log(report_id, revision) WHERE revision > 1;
CREATE INDEX report_log_unit ON report_log(unit);
CREATE INDEX report_log_links ON report_log(other_id) WHERE other_id IS NOT NULL;

CREATE TRIGGER report_log_no_update BEFORE UPDATE ON report_log
BEGIN SELECT RAISE(ABORT, 'report_log is append-only'); END;
CREATE TRIGGER report_log_no_delete BEFORE DELETE ON report_log
BEGIN SELECT RAISE(ABORT, 'report_log is append-only'); END;
-- INSERT OR REPLACE removes rows without asking the trigger against DELETE.
CREATE TRIGGER report_log_no_replace BEFORE INSERT ON report_log
BEGIN
  SELECT RAISE(ABORT, 'report_log is append-only') WHERE EXISTS(SELECT 1 FROM report_log p WHERE p.seq = NEW.seq)
    OR EXISTS(SELECT 1 FROM report_log p WHERE p.report_id = NEW.report_id AND p.revision = NEW.revision);
END;
CREATE TRIGGER report_log_chain BEFORE INSERT ON report_log WHEN NEW.revision > 1
BEGIN
  SELECT RAISE(ABORT, 'report_log: no such revision to follow') WHERE NOT EXISTS(SELECT 1 FROM report_log p
    WHERE p.report_id = NEW.report_id AND p.revision = NEW.revision - 1 AND p.hash = NEW.prev_hash);
END;

CREATE VIEW reports AS
SELECT seq AS OGC_FID, report_id, kind, unit, earliest, latest, time_basis, place, admin, road, heading, vehicles, geom,
  radius_m, summary, publisher, origin, url, archive_url, published, reliability, credibility, notes, revision, author,
  recorded_at
FROM report_log r WHERE operation <> 'retract'
  AND NOT EXISTS(SELECT 1 FROM report_log n WHERE n.report_id = r.report_id AND n.revision = r.revision + 1);

INSERT INTO gpkg_contents(table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) VALUES
  ('reports', 'features', 'reports', -180, -90, 180, 90, 4326),
  ('report_log', 'attributes', 'report_log', NULL, NULL, NULL, NULL, NULL);
INSERT INTO gpkg_geometry_columns VALUES ('reports', 'geom', 'POINT', 4326, 0, 0);

-- The id tells the file from every other, a snapshot of it too: a -wal file belongs to one of them.
CREATE TABLE report_log_format(version INTEGER NOT NULL, id TEXT NOT NULL);
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
