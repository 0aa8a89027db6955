# Varnish in front of one registry: streams a miss to all who wait for it, serves ranges from the cached whole.
# A template of `load peers`; the words in @…@ are filled in. Its command line is in VarnishPeer.
vcl 4.1;

backend registry {
    .host = "@origin_host@";
    .port = "@origin_port@";
    .first_byte_timeout = 10m;
    .between_bytes_timeout = 10m;
}

sub vcl_recv {
    unset req.http.Cookie;
    return (hash);
}

sub vcl_backend_response {
    set beresp.do_stream = true;
    unset beresp.http.Set-Cookie;
    unset beresp.http.Vary;
    if (beresp.status != 200) {
        set beresp.ttl = 0s;
        set beresp.uncacheable = true;
    } else if (bereq.url ~ "^/v2/.+/(manifests|blobs)/sha(256|512):[0-9a-f]+$") {
        set beresp.ttl = 1d;
    } else {
        # A tag may move: as long as EdgeCache's TagFreshness is by default.
        set beresp.ttl = 5m;
    }
    return (deliver);
}
