/* Canvases that follow a Leaflet map, and the arithmetic from the world (0..1) to their pixels. */
(function (P) {
  "use strict";

  const CIRCUMFERENCE = 40_075_017;

  /** From world positions to pixels of the map's box, for the map's present centre and zoom. */
  function viewOf(map) {
    const size = map.getSize();
    const scale = map.options.crs.scale(map.getZoom());
    const origin = map.containerPointToLayerPoint([0, 0]).add(map.getPixelOrigin());
    const x = (east) => east * scale - origin.x;
    const y = (south) => south * scale - origin.y;
    /** Pixels that `metres` measure at a world y; Mercator stretches them away from the equator. */
    const pixels = (metres, south) => {
      const lat = (P.unworld(0, south)[1] * Math.PI) / 180;
      return (metres / (CIRCUMFERENCE * Math.cos(lat))) * scale;
    };
    return { width: size.x, height: size.y, scale, left: origin.x, top: origin.y, x, y, pixels };
  }

  /** Gives a canvas the pixels of its box; returns its context in CSS pixels. */
  function sizeCanvas(canvas, width, height) {
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { g, ratio };
  }

  /** A Leaflet layer that is one canvas over the map's box; `onView(layer)` runs after each move, zoom and resize. */
  function canvasLayer(leaflet, name, onView) {
    const Layer = leaflet.Layer.extend({
      onAdd(map) {
        this.canvas = document.createElement("canvas");
        this.canvas.className = `${name} leaflet-zoom-animated`;
        this.canvas.setAttribute("aria-hidden", "true");
        map.getPanes().overlayPane.appendChild(this.canvas);
        this.refresh();
      },
      onRemove() {
        this.canvas.remove();
      },
      getEvents() {
        const events = { move: this.refresh, viewreset: this.refresh, resize: this.refresh };
        if (this._map.options.zoomAnimation) events.zoomanim = this.follow;
        return events;
      },
      refresh() {
        this.view = viewOf(this._map);
        leaflet.DomUtil.setPosition(this.canvas, this._map.containerPointToLayerPoint([0, 0]));
        Object.assign(this, sizeCanvas(this.canvas, this.view.width, this.view.height));
        onView(this);
      },
      /** During an animated zoom the picture is stretched by CSS; it is drawn anew when the zoom ends. */
      follow(event) {
        const corner = this._map._latLngBoundsToNewLayerBounds(this._map.getBounds(), event.zoom, event.center).min;
        leaflet.DomUtil.setTransform(this.canvas, corner, this._map.getZoomScale(event.zoom));
      },
    });
    return new Layer();
  }

  Object.assign(P, { viewOf, sizeCanvas, canvasLayer });
})((globalThis.TrackerPlayer ??= {}));
