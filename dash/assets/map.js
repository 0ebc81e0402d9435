/* The map of requests: MapLibre draws the API's tiles. Its scripts are loaded with the first map that is shown. Every
   map box also lists the requests in view as a table, and the URL fragment of the page stores the view. */
(function () {
  "use strict";
  var SIZES = [[1, 6], [10, 9], [100, 14], [1000, 20], [10000, 27], [100000, 34]];
  var MAX_TILE_ZOOM = 16, ROWS = 8, POINTS = 20, MIN_SEARCH_LENGTH = 3;
  /* At the maximum zoom of the tiles, the world is CELLS cells wide, each of which is drawn as one circle and has 64
     positions along each side. */
  var CELLS = Math.pow(2, 22), POSITIONS = 64 * CELLS;
  /* Boxes along each side of the view, and the time per frame for counting their requests. */
  var BOXES = 6, SLICE_MS = 16;
  /* The largest width of a popup, and the room for its tip. */
  var POPUP_PX = 280, TIP_PX = 24;
  /* Around the city's areas: half of a large circle. */
  var MARGIN_PX = 20;
  var SEEN = ["clusters", "points"];
  /* From the lowest layer to the highest. */
  var ORDER = ["outlines", "clusters", "points", "numbers", "hotspots"];
  var EMPTY = { type: "FeatureCollection", features: [] };
  /* Some networks drop requests without an error. */
  var RETRY_MS = 10000, BACKGROUND_MS = 10000, REQUEST_TIMEOUT_MS = 30000;
  /* Longer, because the size of a tile may be half a megabyte. */
  var TILE_TIMEOUT_MS = 120000;
  /* Without transitions: a page that is printed in the dark scheme is repainted for the paper at once. */
  var AT_ONCE = { duration: 0 };
  var LOADING = "Loading …";
  var INCOMPLETE = "Some requests could not be loaded. Trying again …";
  var UNLOADED = { hotspots: " Hot spots could not be loaded.", outlines: " Outlines could not be loaded." };
  var loading;
  /* All live maps. One whose page was left must be removed, or it leaks memory and writes its view into the URL. */
  var states = [];

  function load(addresses) {
    if (loading) return loading;
    var sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = addresses.sheet;
    document.head.appendChild(sheet);
    loading = import(addresses.module).then(function (library) {
      library.setWorkerUrl(addresses.worker);
      document.dispatchEvent(new Event("map-loaded"));
      return library;
    });
    loading.catch(function () { loading = undefined; });
    return loading;
  }
  function make(name, attributes, text) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function color(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function count(number, noun) {
    return number.toLocaleString("en-US") + " " + noun + (number === 1 ? "" : "s");
  }
  function day(text) {
    var parts = text.slice(0, 10).split("-");
    return new Date(parts[0], parts[1] - 1, parts[2]).toLocaleDateString("en-US", { dateStyle: "medium" });
  }

  /* The day of an instant in the city's time zone. */
  function dayOf(instant, zone) {
    return new Date(instant).toLocaleDateString("en-US", { dateStyle: "medium", timeZone: zone });
  }

  /* The view is stored in the URL fragment, so that links restore it and filters are unaffected. */
  function viewOf(hash) {
    var parts = (hash.match(/map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)/) || []).slice(1).map(Number);
    var isView = parts.length === 3 && parts.every(isFinite) && Math.abs(parts[1]) <= 90;
    return isView ? { zoom: parts[0], center: [parts[2], parts[1]] } : null;
  }
  function writeView(state) {
    /* The map of a page that is being left must not change the URL of the next page. */
    if (location.pathname !== state.page) return;
    var map = state.map, center = map.getCenter();
    var view = [map.getZoom().toFixed(2), center.lat.toFixed(5), center.lng.toFixed(5)].join("/");
    history.replaceState(history.state, "", location.pathname + location.search + "#map=" + view);
  }

  function radius() {
    var steps = ["interpolate", ["linear"], ["log10", ["get", "point_count"]]];
    SIZES.forEach(function (size) { steps.push(Math.log10(size[0]), size[1]); });
    return steps;
  }
  function outlines() {
    return { id: "outlines", source: "outlines", type: "line",
      paint: { "line-color": color("--quiet"), "line-color-transition": AT_ONCE, "line-width": 0.8 } };
  }
  function layers() {
    return [
      { id: "clusters", source: "requests", "source-layer": "requests", type: "circle", filter: ["has", "cluster"],
        paint: { "circle-color": "#2478B4", "circle-radius": radius(),
          "circle-stroke-width": 1, "circle-stroke-color": color("--card"), "circle-stroke-color-transition": AT_ONCE } },
      { id: "points", source: "requests", "source-layer": "requests", type: "circle", filter: ["!", ["has", "cluster"]],
        paint: { "circle-radius": 5, "circle-color": ["case", ["get", "is_open"], "#C08400", "#248454"],
          "circle-stroke-width": 1, "circle-stroke-color": color("--card"), "circle-stroke-color-transition": AT_ONCE } },
      { id: "numbers", source: "requests", "source-layer": "requests", type: "symbol",
        filter: [">=", ["coalesce", ["get", "point_count"], 0], 10],
        layout: { "icon-image": ["concat", "number:", ["get", "point_count_abbreviated"]], "icon-allow-overlap": true } },
    ];
  }
  function hotspots() {
    return { id: "hotspots", source: "hotspots", type: "circle",
      paint: { "circle-radius": 11, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": "#E46C60" } };
  }
  /* Numbers are drawn as images, because map fonts would be loaded from another host. */
  var pen;
  function drawNumber(map, id) {
    if (id.indexOf("number:") !== 0 || map.hasImage(id)) return;
    /* In main memory: reading each image back from the GPU takes 10 ms or more. */
    pen = pen || make("canvas").getContext("2d", { willReadFrequently: true });
    var text = id.slice(7), canvas = pen.canvas;
    canvas.width = 16 + 16 * text.length;
    canvas.height = 32;
    pen.font = "600 22px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#fff";
    pen.fillText(text, canvas.width / 2, 17);
    map.addImage(id, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: 2 });
  }

  /* The elements around the map: the search, the legend, and the table of requests in view. */
  function frame(box) {
    var parts = {
      search: make("form", { role: "search", "class": "map-search" }),
      field: make("input", { type: "search", autocomplete: "off", "aria-label": "Address", maxlength: 100,
        placeholder: "Address: number and street" }),
      found: make("ul", { "class": "map-found", "aria-label": "Addresses found", "aria-live": "polite" }),
      canvas: make("div", { "class": "map-canvas" }),
      legend: make("p", { "class": "map-legend" }),
      status: make("p", { "class": "map-status", role: "status" }),
      rows: make("div", { "class": "rows map-rows", tabindex: 0, role: "region", "aria-label": "Requests in view" }),
    };
    parts.search.append(parts.field, make("button", { type: "submit" }, "Find"));
    SIZES.forEach(function (size) {
      var circle = make("span", { "class": "map-size" });
      circle.style.width = circle.style.height = 2 * size[1] + "px";
      parts.legend.append(circle, make("span", {}, size[0].toLocaleString("en-US")));
    });
    parts.legend.append(make("span", { "class": "map-open" }), "one open", make("span", { "class": "map-closed" }),
      "one closed");
    box.replaceChildren(parts.search, parts.found, parts.canvas, parts.legend, make("h3", {}, "In view"), parts.status,
      parts.rows);
    return parts;
  }

  /* The requests in view, by type and individually: each feature counts once, even if it is in two boxes or at the edges
     of two tiles. There are thousands of features with dozens of types each, so they are counted box by box, a few
     milliseconds at a time, and type names are looked up last. */
  function nothingCounted() {
    return { total: 0, byType: {}, points: {}, places: [], seen: new Set(), byKey: new Map() };
  }
  function addKey(found, key, number) { found.byKey.set(key, (found.byKey.get(key) || 0) + number); }
  function addBox(found, map, box) {
    map.queryRenderedFeatures(box, { layers: SEEN }).forEach(function (feature) {
      if (found.seen.has(feature.id)) return;
      found.seen.add(feature.id);
      var about = feature.properties;
      found.total += about.point_count || 1;
      if (!about.cluster) {
        addKey(found, "type_" + about.type_id, 1);
        found.points[about.request_id] = about;
        return;
      }
      if (isDeepest(map)) found.places.push(feature);
      for (var key in about) if (isType(key)) addKey(found, key, about[key]);
    });
  }
  function nameOf(key, types) { return types[key.slice(5)] || "Type " + key.slice(5); }
  function typesOf(about) {
    return Object.keys(about).filter(isType).sort(function (a, b) { return about[b] - about[a]; });
  }
  function nameTypes(found, types) {
    found.byKey.forEach(function (number, key) {
      var name = nameOf(key, types);
      found.byType[name] = (found.byType[name] || 0) + number;
    });
  }
  function boxesOf(map) {
    var canvas = map.getCanvas(), width = canvas.clientWidth / BOXES, height = canvas.clientHeight / BOXES, boxes = [];
    for (var place = 0; place < BOXES * BOXES; place++) {
      var left = (place % BOXES) * width, top = Math.floor(place / BOXES) * height;
      boxes.push([[left, top], [left + width, top + height]]);
    }
    return boxes;
  }
  function isDeepest(map) { return map.getZoom() >= MAX_TILE_ZOOM; }
  function isType(key) { return key.startsWith("type_"); }
  function table(caption, head, rows) {
    var made = make("table");
    made.appendChild(make("caption", {}, caption));
    var top = made.createTHead().insertRow();
    head.forEach(function (name) { top.appendChild(make("th", { scope: "col" }, name)); });
    var body = made.createTBody();
    rows.forEach(function (cells) {
      var row = body.insertRow();
      cells.forEach(function (cell) { row.insertCell().append(cell); });
    });
    return made;
  }
  function link(about, types) {
    return make("a", { href: "/map/request/" + about.request_id }, types[about.type_id] || "Request " + about.request_id);
  }
  /* The names of the first types and their numbers, and one row for the others. */
  function firstTypes(keys, numbers, nameFor) {
    var rows = keys.slice(0, ROWS).map(function (key) { return [nameFor(key), numbers[key]]; }), rest = keys.slice(ROWS);
    var sum = rest.reduce(function (total, key) { return total + numbers[key]; }, 0);
    if (rest.length) rows.push([count(rest.length, "other type"), sum]);
    return rows.map(function (row) { return [row[0], row[1].toLocaleString("en-US")]; });
  }
  /* A caption that says so if a table leaves something out. */
  function firstOf(caption, shown, all) {
    return shown < all ? caption + ", " + shown + " of " + all.toLocaleString("en-US") : caption;
  }
  /* Stops counting if the view moves in the meantime. */
  function showView(state) {
    var found = nothingCounted(), boxes = boxesOf(state.map);
    state.counting = state.known.api && state.map.getSource("requests") ? found : null;
    function next() {
      if (state.counting !== found) return;
      var until = performance.now() + SLICE_MS;
      while (boxes.length && performance.now() < until) addBox(found, state.map, boxes.pop());
      if (boxes.length) return window.requestAnimationFrame(next);
      nameTypes(found, state.known.types);
      fillTables(state, found);
      state.counting = null;
    }
    next();
  }
  function fillTables(state, found) {
    if (state.isIncomplete) return;
    var types = Object.keys(found.byType).sort(function (a, b) { return found.byType[b] - found.byType[a]; });
    var all = Object.keys(found.points), points = all.slice(0, POINTS).map(function (id) { return found.points[id]; });
    state.parts.status.textContent = count(found.total, "request") + " in view." + missingSpots(state.known) +
      state.missing;
    var tables = [table("By type", ["Type", "Requests"], firstTypes(types, found.byType, String))];
    if (points.length) {
      var caption = firstOf("Single requests", points.length, all.length);
      tables.push(table(caption, ["Request", "Created", "Status"], points.map(function (about) {
        return [link(about, state.known.types), day(about.created_date), about.is_open ? "open" : "closed"];
      })));
    }
    if (found.places.length) {
      var places = placesIn(state, found);
      var title = firstOf("Places with several requests", places.length, found.places.length);
      tables.push(table(title, ["Requests", "Most frequent type"], places));
    }
    state.parts.rows.replaceChildren.apply(state.parts.rows, tables);
    state.parts.rows.inert = false;
  }
  function placesIn(state, found) {
    found.places.sort(function (a, b) { return b.properties.point_count - a.properties.point_count; });
    return found.places.slice(0, POINTS).map(function (feature) {
      var about = feature.properties, button = make("button", { type: "button" }, count(about.point_count, "request"));
      button.dataset.place = feature.id;
      button.addEventListener("click", function () { showDetails(state, feature); });
      return [button, nameOf(typesOf(about)[0], state.known.types)];
    });
  }

  /* How far to pan the map so that an element that overflows one edge becomes visible. */
  function overflow(first, last, start, end) { return Math.min(first - start, 0) || Math.max(last - end, 0); }
  /* A popup that has grown may need a different anchor. Pan the map if the popup would still be cut off. */
  function settle(state) {
    if (!state.popup.isOpen()) return;
    state.popup.setLngLat(state.popup.getLngLat());
    var own = state.popup.getElement().getBoundingClientRect(), all = state.map.getCanvas().getBoundingClientRect();
    var by = [overflow(own.left, own.right, all.left, all.right), overflow(own.top, own.bottom, all.top, all.bottom)];
    if (by[0] || by[1]) state.map.panBy(by, AT_ONCE);
  }
  /* The history of a request since the first run, below its other details. */
  function addHistory(state, about, box) {
    var list = box.appendChild(make("ul", { "class": "map-history", "aria-label": "History" }));
    fetched(state.known.api + "/requests/" + about.request_id + "/history").then(function (events) {
      list.replaceChildren.apply(list, events.map(function (event) {
        var kinds = [event.data.kind].concat(event.data.also).map(function (kind) { return state.known.kinds[kind] || kind; });
        return make("li", {}, dayOf(event.time, state.known.zone) + ": " + kinds.join("; "));
      }));
      if (!events.length) list.append(make("li", {}, "No changes have been recorded."));
    }).catch(function () { list.replaceChildren(make("li", {}, "The history could not be loaded.")); })
      .then(function () { settle(state); });
  }
  /* The bounds of the cell that a circle represents at the maximum zoom of the tiles. */
  function cellOf(state, place) {
    var Position = state.library.MercatorCoordinate, at = Position.fromLngLat({ lng: place[0], lat: place[1] });
    function cell(share) { return Math.floor(Math.round(share * POSITIONS) / 64); }
    var first = new Position(cell(at.x) / CELLS, cell(at.y) / CELLS).toLngLat();
    var last = new Position((cell(at.x) + 1) / CELLS, (cell(at.y) + 1) / CELLS).toLngLat();
    return { west: first.lng, south: last.lat, east: last.lng, north: first.lat };
  }
  /* No zoom level separates requests at the same location, so list the newest ones. */
  function addNewest(state, feature, box) {
    var list = box.appendChild(make("ul", { "class": "map-newest", "aria-label": "Newest requests" }));
    var square = new URLSearchParams(cellOf(state, feature.geometry.coordinates));
    fetched("/map/requests?" + state.known.search + "&" + square).then(function (found) {
      var addresses = new Set(found.map(function (about) { return about.address || "no address"; }));
      list.replaceChildren.apply(list, found.map(function (about) {
        var item = make("li"), facts = ["", day(about.created_date), about.is_open ? "open" : "closed"];
        item.append(link(about, state.known.types),
          facts.concat(addresses.size > 1 && about.address || []).join(", "));
        return item;
      }));
      if (addresses.size === 1) list.before(make("p", {}, addresses.values().next().value));
      if (found.length < feature.properties.point_count) list.before(make("h3", {}, "Newest " + found.length));
    }).catch(function () { list.replaceChildren(make("li", {}, "The requests could not be loaded.")); })
      .then(function () { settle(state); });
  }
  /* A click zooms into a cluster, or shows the details of a request or of the requests at one place. */
  function details(state, feature) {
    var box = make("div", { "class": "map-popup" }), about = feature.properties;
    if (!about.cluster) {
      box.append(make("p", {}, ""), make("p", {}, "Created " + day(about.created_date) +
        (about.closed_date ? ", closed " + day(about.closed_date) : about.is_open ? ", open" : ", closed")));
      box.firstChild.append(link(about, state.known.types));
      addHistory(state, about, box);
      return box;
    }
    box.append(make("p", {}, count(about.point_count, "request")));
    var list = box.appendChild(make("ul"));
    firstTypes(typesOf(about), about, function (key) { return nameOf(key, state.known.types); }).forEach(function (row) {
      list.append(make("li", {}, row.join(": ")));
    });
    addNewest(state, feature, box);
    return box;
  }
  function clicked(state, event) {
    var map = state.map, feature = event.features[0];
    if (feature.properties.cluster && !isDeepest(map)) {
      map.easeTo({ center: feature.geometry.coordinates, zoom: Math.min(map.getZoom() + 2, MAX_TILE_ZOOM) });
      return;
    }
    showDetails(state, feature);
  }
  function showDetails(state, feature) {
    /* MapLibre closes the previous popup at a click on the map, but not for a button of the table. */
    if (state.popup) state.popup.remove();
    var width = Math.min(POPUP_PX, state.parts.canvas.clientWidth - TIP_PX);
    state.popup = new state.library.Popup({ maxWidth: width + "px" }).setLngLat(feature.geometry.coordinates)
      .setDOMContent(details(state, feature)).addTo(state.map);
    state.popup.on("close", function () { returnFocus(state, feature); });
    settle(state);
  }
  /* The focus was in the popup: it returns to the button of the table, which may have been replaced, or to the map. */
  function returnFocus(state, feature) {
    if (document.activeElement !== document.body) return;
    var button = state.parts.rows.querySelector('[data-place="' + feature.id + '"]');
    (button || state.map.getCanvas()).focus({ preventScroll: !button });
  }

  function fetched(address) {
    return fetch(address, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }).then(function (response) {
      if (!response.ok) throw new Error(address + ": " + response.status);
      return response.json();
    });
  }
  /* Counts without the missing requests would be wrong, so show none until everything has loaded. */
  function handleRequestsError(state) {
    var known = state.known;
    state.isIncomplete = true;
    state.chosen.requests = undefined;
    state.parts.status.textContent = INCOMPLETE;
    state.parts.rows.replaceChildren();
    signalFirstView(state.box);
    window.clearTimeout(state.retry);
    state.retry = window.setTimeout(function () {
      if (isCurrent(state, known) && state.box.isConnected) refresh(state);
    }, RETRY_MS);
  }
  /* Requests are shown without the layer that failed; it is requested again when the filters change. */
  function handleLayerError(state, name) {
    var text = UNLOADED[name];
    state.chosen[name] = undefined;
    state.missing += text;
    /* If the requests are still being counted, fillTables adds the message to their number. */
    if (!state.counting && !state.isIncomplete) state.parts.status.textContent += text;
  }
  /* MapLibre waits for its requests without a limit, and requests in view are counted only after all of them. */
  function limitLoading(state) {
    var map = state.map, layersOf = { hotspots: hotspots, outlines: outlines };
    function isLoading(name) { return map.getSource(name) && !map.isSourceLoaded(name); }
    function expire() {
      if (!state.isReady || !state.box.isConnected || !state.counting || map.loaded()) return;
      if (isLoading("requests")) return handleRequestsError(state);
      Object.keys(layersOf).filter(isLoading).forEach(function (name) {
        handleLayerError(state, name);
        replaceLayer(state, layersOf[name](), EMPTY);
      });
    }
    function restart() {
      window.clearTimeout(state.limit);
      state.limit = window.setTimeout(expire, TILE_TIMEOUT_MS);
    }
    map.on("dataloading", restart);
    map.on("data", restart);
  }
  /* Signals that the first view is complete or has failed, so that the cards below and their scripts can load. */
  function signalFirstView(box) {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    performance.mark("map-shown");
    box.dispatchEvent(new Event("map-shown", { bubbles: true }));
  }

  /* Replaces the map with a message. Its search goes, too: without a map, submitting it would reload the page. */
  function showMessage(box, text) {
    box.replaceChildren(make("p", { "class": "map-status", role: "status" }, text));
    signalFirstView(box);
  }

  /* Requested while the library loads: the tiles' URLs depend only on the filters. */
  function tileJson(known) {
    if (!known.tileJson) {
      known.tileJson = fetched(known.api + "/tiles.json?" + known.filters);
      known.tileJson.catch(function () { known.tileJson = undefined; });
    }
    return known.tileJson;
  }

  /* Identifies the data of a source, which is replaced only when this changes. */
  function sourceKey(known, data) { return known.version + "?" + data; }
  function isCurrent(state, known) { return state.isReady && state.known === known; }
  /* Load the data of the current filters into the sources. */
  function refresh(state) {
    var map = state.map, known = state.known;
    replaceLayer(state, outlines(), known.outlines === "none" ? EMPTY : "/map/outlines/" + known.outlines + ".json");
    if (!known.api) return signalFirstView(state.box);
    state.missing = "";
    state.counting = {};
    state.parts.status.textContent = LOADING;
    /* Other outlines or hot spots change no requests; the next "idle" counts them again. */
    if (state.chosen.requests === sourceKey(known, known.filters)) map.triggerRepaint();
    else replaceRequests(state);
    replaceLayer(state, hotspots(), known.hotspots && hasOneType(known) ? spotsOf(known) : EMPTY);
  }
  /* As with requests, each selection gets a new source: if loading failed, the old one would show the previous selection. */
  function replaceLayer(state, layer, data) {
    var map = state.map, chosen = sourceKey(state.known, data);
    if (state.chosen[layer.id] === chosen) return;
    state.chosen[layer.id] = chosen;
    if (map.getSource(layer.source)) {
      map.removeLayer(layer.id);
      map.removeSource(layer.source);
    }
    map.addSource(layer.source, { type: "geojson", data: data });
    addInOrder(map, layer);
  }
  function addInOrder(map, layer) {
    var higher = ORDER.slice(ORDER.indexOf(layer.id) + 1);
    map.addLayer(layer, higher.find(function (id) { return map.getLayer(id); }));
  }
  function replaceRequests(state) {
    var known = state.known;
    drop(state);
    /* The table still lists requests of the previous filters, and its buttons would open their popups. */
    state.parts.rows.inert = true;
    state.isIncomplete = false;
    tileJson(known).then(function (found) {
      if (isCurrent(state, known)) add(state, found.tiles);
    }).catch(function () {
      if (!isCurrent(state, known)) return;
      drop(state);
      handleRequestsError(state);
    });
  }
  function hasOneType(known) { return new URLSearchParams(known.filters).getAll("type_id").length === 1; }
  function spotsOf(known) {
    var query = new URLSearchParams(known.filters);
    return known.api + "/geojson/hotspots?type_id=" + query.get("type_id") + "&start_date=" + query.get("start_date");
  }
  function missingSpots(known) {
    return known.hotspots && !hasOneType(known) ? " Choose one request type to see its hot spots." : "";
  }
  function paint(state) {
    var map = state.map;
    if (map.getLayer("background")) map.setPaintProperty("background", "background-color", color("--paper"));
    map.setPaintProperty("outlines", "line-color", color("--quiet"));
    if (map.getSource("requests")) {
      SEEN.forEach(function (name) { map.setPaintProperty(name, "circle-stroke-color", color("--card")); });
    }
    map.redraw();
  }
  /* A copy of the canvas to print, because Chromium prints the last frame of a WebGL canvas that was on the screen. */
  function addPrintCopy(state) {
    var canvas = state.map.getCanvas(), copy = make("canvas", { "class": "map-paper", "aria-hidden": "true" });
    removePrintCopy(state);
    paint(state);
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.style.width = canvas.clientWidth + "px";
    copy.getContext("2d").drawImage(canvas, 0, 0);
    state.parts.canvas.append(copy);
  }
  function removePrintCopy(state) {
    state.parts.canvas.querySelectorAll(".map-paper").forEach(function (copy) { copy.remove(); });
  }
  /* Each selection of filters gets a new source. A source that is given other tile URLs does not retry failed tiles,
     draws late tiles of the previous selection, and fires no event if its last tile is unchanged. */
  function drop(state) {
    state.chosen.requests = undefined;
    if (!state.map.getSource("requests")) return;
    layers().forEach(function (layer) { state.map.removeLayer(layer.id); });
    state.map.removeSource("requests");
  }
  function add(state, tiles) {
    drop(state);
    state.map.addSource("requests", { type: "vector", tiles: tiles, minzoom: 0, maxzoom: MAX_TILE_ZOOM });
    layers().forEach(function (layer) { addInOrder(state.map, layer); });
    state.chosen.requests = sourceKey(state.known, state.known.filters);
    if (!state.isListening) listen(state);
    state.isListening = true;
  }
  function listen(state) {
    var map = state.map;
    SEEN.forEach(function (name) {
      map.on("click", name, function (event) { clicked(state, event); });
      map.on("mouseenter", name, function () { map.getCanvas().style.cursor = "pointer"; });
      map.on("mouseleave", name, function () { map.getCanvas().style.cursor = ""; });
    });
    map.on("idle", function () {
      showView(state);
      signalFirstView(state.box);
    });
  }
  function begin(state) {
    var map = state.map;
    map.on("movestart", function () { state.counting = {}; });
    map.on("error", function (event) {
      if (event.sourceId === "requests") handleRequestsError(state);
      else if (UNLOADED[event.sourceId]) handleLayerError(state, event.sourceId);
    });
    /* A move that changes nothing would not trigger "idle", whose handler counts the requests in view. */
    map.on("moveend", function () {
      writeView(state);
      map.triggerRepaint();
    });
    limitLoading(state);
    state.isReady = true;
    refresh(state);
  }
  /* Browsers drop the WebGL context of a map, mostly on phones and in background tabs. MapLibre then rebuilds the style;
     until it has, the map has no sources, and the filters may change in the meantime. */
  function handleContextLoss(state) {
    var wasReady = false;
    state.map.on("webglcontextlost", function () {
      wasReady = wasReady || state.isReady;
      state.isReady = false;
      state.counting = {};
      if (state.known.api) state.parts.status.textContent = LOADING;
      state.parts.rows.replaceChildren();
    });
    state.map.on("style.load", function () {
      if (!wasReady) return;
      wasReady = false;
      state.isReady = true;
      refresh(state);
    });
  }
  function search(state) {
    var text = state.parts.field.value.trim();
    function show(items) {
      if (state.searched === text) state.parts.found.replaceChildren.apply(state.parts.found, items);
    }
    state.searched = text;
    var tooShort = "Enter at least " + MIN_SEARCH_LENGTH + " characters.";
    if (text.length < MIN_SEARCH_LENGTH) return show([make("li", {}, tooShort)]);
    fetched("/map/addresses?q=" + encodeURIComponent(text)).then(function (places) {
      var items = places.map(function (place) {
        var item = make("li"), button = make("button", { type: "button" }, place.address);
        button.addEventListener("click", function () {
          state.map.jumpTo({ center: [place.longitude, place.latitude], zoom: MAX_TILE_ZOOM });
          /* The same search may have been sent twice. */
          state.searched = "";
          state.parts.found.replaceChildren();
          state.map.getCanvas().focus();
        });
        item.append(button);
        return item;
      });
      show(items.length ? items : [make("li", {}, "No matches")]);
    }).catch(function () { show([make("li", {}, "The addresses could not be loaded.")]); });
  }
  function plain() {
    return { version: 8, sources: {},
      layers: [{ id: "background", type: "background",
        paint: { "background-color": color("--paper"), "background-color-transition": AT_ONCE } }] };
  }
  /* Requests are drawn once the style and its sources have loaded, so a basemap host that fails would block them. */
  function fallBackToPlainStyle(state) {
    function usePlainStyle() {
      if (state.isReady || state.isPlain || !state.box.isConnected) return;
      state.isPlain = true;
      state.map.setStyle(plain(), { diff: false });
    }
    state.map.on("error", function (event) {
      if (!event.tile && (event.sourceId || !state.map.getStyle())) usePlainStyle();
    });
    window.setTimeout(usePlainStyle, BACKGROUND_MS);
  }
  function open(box, library) {
    if (!box.isConnected) return;
    /* The current filters: they may have changed while the library loaded. */
    var known = box.mapState.known, parts = frame(box), within = known.bounds;
    var state = box.mapState = { box: box, known: known, parts: parts, library: library, page: location.pathname,
      chosen: {} };
    var view = viewOf(location.hash);
    var start = view || { bounds: [within.slice(0, 2), within.slice(2)], fitBoundsOptions: { padding: MARGIN_PX } };
    try {
      state.map = new library.Map(Object.assign({ container: parts.canvas, style: known.style || plain(),
        dragRotate: false, maxPitch: 0, attributionControl: known.style ? {} : false, fadeDuration: 0 }, start));
    } catch (error) {
      showMessage(box, "This browser cannot draw the map without WebGL. The figures below show the same data.");
      return;
    }
    states.push(state);
    state.map.addControl(new library.NavigationControl({ showCompass: false }));
    state.map.addControl(new library.ScaleControl({ unit: "imperial" }));
    state.map.getCanvas().setAttribute("aria-label", "Map of requests; arrow keys move it, plus and minus zoom");
    state.map.setMissingStyleImageResolver(function (id) { drawNumber(state.map, id); });
    state.map.on("load", function () { begin(state); });
    handleContextLoss(state);
    if (known.style) fallBackToPlainStyle(state);
    parts.canvas.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && state.popup) state.popup.remove();
    });
    parts.search.addEventListener("submit", function (event) { event.preventDefault(); search(state); });
  }
  function update(box) {
    var known = JSON.parse(box.dataset.map), state = box.mapState;
    if (!state) {
      box.mapState = { known: known };
      if (known.api) tileJson(known).catch(function () {});
      load(known.library).then(function (library) { open(box, library); }, function (error) {
        box.mapState = undefined;
        showMessage(box, "The map could not be loaded. Reload the page to try again.");
        throw error;
      });
      return;
    }
    /* It would show requests of the previous filters. */
    if (state.popup && state.known.filters !== known.filters) state.popup.remove();
    state.known = known;
    if (!state.isReady) return;
    refresh(state);
    writeView(state);
  }

  /* Moves the map of the preview into the box that Dash has drawn. Returns whether the box is up to date. */
  function takeOver(box) {
    var old = document.querySelector("#preview .city-map"), state = old && old !== box && old.mapState;
    if (!state || !state.map) return false;
    var focused = document.activeElement;
    box.replaceChildren.apply(box, Array.from(old.childNodes));
    box.mapState = state;
    state.box = box;
    if (old.dataset.drawn) box.dataset.drawn = old.dataset.drawn;
    /* After the preview has been removed: hidden elements cannot receive the focus. */
    if (box.contains(focused)) window.setTimeout(function () { focused.focus({ preventScroll: true }); });
    return old.dataset.map === box.dataset.map;
  }
  function look() {
    document.querySelectorAll(".city-map").forEach(function (box) {
      if (box.mapShown === box.dataset.map) return;
      box.mapShown = box.dataset.map;
      if (!takeOver(box)) update(box);
    });
    states = states.filter(function (state) {
      if (!state.box.isConnected) state.map.remove();
      return state.box.isConnected;
    });
  }
  look();
  new MutationObserver(look)
    .observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-map"] });
  function each(change) {
    states.forEach(function (state) { if (state.isReady) change(state); });
  }
  /* A link to another view of this page, or Back. */
  window.addEventListener("hashchange", function () {
    var view = viewOf(location.hash);
    if (view) each(function (state) { state.map.jumpTo(view); });
  });
  window.addEventListener("beforeprint", function () { each(addPrintCopy); });
  window.addEventListener("afterprint", function () { each(removePrintCopy); });
  new MutationObserver(function () { each(paint); })
    .observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
})();
