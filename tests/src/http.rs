//! Just enough of HTTP/1.1 for a server of one's own on loopback: requests with a length or in chunks, answers with a
//! length, connections kept open. One thread a connection.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST /path HTTP/1.1`
    pub line: String,
    /// The header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields, but for the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// `GET`, `POST`, …
    #[must_use]
    pub fn method(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }

    /// The path, with the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The header field `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Response {
    /// An answer with a body of this type.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec() }
    }

    /// An answer with one more header field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut message = format!("HTTP/1.1 {} -\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            write!(message, "{name}: {value}\r\n")?;
        }
        write!(message, "Content-Length: {}\r\n\r\n", self.body.len())?;
        message.extend(&self.body);
        // In one piece: a small one after another would wait for the acknowledgement of the first.
        stream.write_all(&message)
    }
}

/// A server; it takes no more connections once this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Answers every request on a free loopback port with `answer`; `None` closes the connection.
    pub fn start(answer: impl Fn(Request) -> Option<Response> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let stopped = Arc::new(AtomicBool::new(false));
        let (answer, is_stopped) = (Arc::new(answer), Arc::clone(&stopped));
        thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !is_stopped.load(Ordering::SeqCst)) {
                let (Ok(stream), answer) = (stream, Arc::clone(&answer)) else { continue };
                thread::spawn(move || serve(&stream, answer.as_ref()));
            }
        });
        Self { address, stopped }
    }

    /// `127.0.0.1:port`
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees that it is stopped.
        drop(TcpStream::connect(self.address));
    }
}

/// Answers the requests of one connection until the other side closes it or breaks off.
fn serve(stream: &TcpStream, answer: &impl Fn(Request) -> Option<Response>) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = read_request(&mut reader) {
        let Some(response) = answer(request) else { return };
        if response.write(stream).is_err() {
            return;
        }
    }
}

/// The next request; `None` where the connection ends between two.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let line = read_line(reader)?;
    if line.is_empty() {
        return Ok(None);
    }
    let headers = read_headers(reader)?;
    let mut request = Request { line, headers, body: Vec::new() };
    request.body = if request.header("transfer-encoding") == Some("chunked") {
        read_chunks(reader)?
    } else {
        read_exactly(
            reader,
            request.header("content-length").map_or(Ok(0), str::parse).map_err(io::Error::other)?,
        )?
    };
    Ok(Some(request))
}

fn read_headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => return Ok(headers),
        }
    }
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default(), 16)
            .map_err(io::Error::other)?;
        if size == 0 {
            read_headers(reader)?;
            return Ok(body);
        }
        body.extend(read_exactly(reader, size)?);
        read_line(reader)?;
    }
}

fn read_exactly(reader: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// Hands `request` on to the server at `address` and returns its answer.
///
/// # Errors
/// When the server cannot be reached, or does not speak HTTP.
pub fn forward(request: &Request, address: &str) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    // HTTP/1.0: the answer ends where the connection ends.
    let mut message = format!("{} {} HTTP/1.0\r\n", request.method(), request.path()).into_bytes();
    let kept = |name: &str| !matches!(name, "connection" | "transfer-encoding" | "content-length" | "expect");
    for (name, value) in request.headers.iter().filter(|(name, _)| kept(name)) {
        write!(message, "{name}: {value}\r\n")?;
    }
    write!(message, "content-length: {}\r\n\r\n", request.body.len())?;
    message.extend(&request.body);
    stream.write_all(&message)?;
    read_response(&mut BufReader::new(stream))
}

fn read_response(reader: &mut impl BufRead) -> io::Result<Response> {
    let line = read_line(reader)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("`{line}` is no status line")))?;
    let mut headers = read_headers(reader)?;
    headers.retain(|(name, _)| !matches!(name.as_str(), "connection" | "content-length"));
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    Ok(Response { status, headers, body })
}
