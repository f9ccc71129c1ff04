//! Content codings: what a server did to a body before it sent it.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, TRANSFER_ENCODING};

/// What we ask for.
pub(super) const ACCEPTED: &str = "gzip, deflate";

/// The codings of one body, to be undone from the last to the first. There are none for most bodies.
pub(super) struct Decoder(Vec<Coding>);

/// Each writes what it has decoded into its buffer.
enum Coding {
    /// Nothing has arrived yet. Within another coding, what does not begin like gzip is passed on: some
    /// servers say "gzip" twice and mean it once.
    Gzip {
        is_inner: bool,
    },
    GzipMember(Box<GzDecoder<Vec<u8>>>),
    /// A member has ended; there may be another, or padding.
    GzipMemberEnd,
    /// Only padding can follow.
    GzipEnd,
    /// Nothing has arrived yet.
    Deflate,
    Zlib(ZlibDecoder<Vec<u8>>),
    RawDeflate(DeflateDecoder<Vec<u8>>),
    Identity,
    /// Fails at the first byte: an empty body needs no decoder.
    Unknown(String),
}

impl Decoder {
    /// Reads the headers. Names have no case; there may be several, in one header or in many. A transfer
    /// coding other than `chunked` is a coding like the others, and was applied last.
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let headers = [CONTENT_ENCODING, TRANSFER_ENCODING].map(|name| headers.get_all(name));
        let values = headers.into_iter().flatten();
        let names = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
        let mut codings = Vec::new();
        for name in names {
            let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
            match &*name {
                "" | "identity" | "chunked" => {}
                "gzip" | "x-gzip" => codings.push(Coding::Gzip { is_inner: true }),
                "deflate" => codings.push(Coding::Deflate),
                _ => codings.push(Coding::Unknown(name)),
            }
        }
        codings.reverse();
        if let Some(Coding::Gzip { is_inner }) = codings.first_mut() {
            *is_inner = false;
        }
        Self(codings)
    }

    pub(super) fn is_identity(&self) -> bool {
        self.0.is_empty()
    }

    /// Decodes a few bytes more. A few, as each can become a thousand.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.0
            .iter_mut()
            .try_fold(bytes.to_vec(), |bytes, coding| coding.decode(&bytes))
    }

    /// The body has ended.
    ///
    /// # Errors
    ///
    /// If what it was made of has not.
    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.0.iter_mut().try_fold(Vec::new(), |bytes, coding| {
            let mut decoded = coding.decode(&bytes)?;
            decoded.extend(coding.finish()?);
            Ok(decoded)
        })
    }
}

impl Coding {
    fn decode(&mut self, mut bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        while let Some(&first) = bytes.first() {
            match self {
                Self::Gzip { is_inner: true } if first != GZIP_START => *self = Self::Identity,
                Self::GzipMemberEnd if first != GZIP_START => *self = Self::GzipEnd,
                Self::Gzip { .. } | Self::GzipMemberEnd => {
                    *self = Self::GzipMember(Box::new(GzDecoder::new(Vec::new())));
                }
                Self::GzipMember(member) => {
                    let written = member.write(bytes)?;
                    bytes = &bytes[written..];
                    if written == 0 {
                        member.try_finish()?;
                        decoded.append(member.get_mut());
                        *self = Self::GzipMemberEnd;
                    }
                }
                Self::GzipEnd => bytes = &[],
                // In zlib's header these bits name the method. Raw deflate with these bits would begin
                // with a stored block whose padding is not zero, which encoders do not write.
                Self::Deflate if first & 0x0F == 8 => {
                    *self = Self::Zlib(ZlibDecoder::new(Vec::new()));
                }
                Self::Deflate => *self = Self::RawDeflate(DeflateDecoder::new(Vec::new())),
                // Neither takes anything after its end.
                Self::Zlib(zlib) => {
                    let written = zlib.write(bytes)?;
                    bytes = if written == 0 { &[] } else { &bytes[written..] };
                }
                Self::RawDeflate(deflate) => {
                    let written = deflate.write(bytes)?;
                    bytes = if written == 0 { &[] } else { &bytes[written..] };
                }
                Self::Identity => {
                    decoded.extend_from_slice(bytes);
                    bytes = &[];
                }
                Self::Unknown(name) => {
                    return Err(io::Error::other(format!("unknown content coding {name:?}")));
                }
            }
        }
        match self {
            Self::GzipMember(member) => {
                member.flush()?;
                decoded.append(member.get_mut());
            }
            Self::Zlib(zlib) => {
                zlib.flush()?;
                decoded.append(zlib.get_mut());
            }
            Self::RawDeflate(deflate) => {
                deflate.flush()?;
                decoded.append(deflate.get_mut());
            }
            _ => {}
        }
        Ok(decoded)
    }

    fn finish(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::GzipMember(member) => {
                member.try_finish()?;
                Ok(std::mem::take(member.get_mut()))
            }
            Self::Zlib(zlib) => {
                zlib.try_finish()?;
                Ok(std::mem::take(zlib.get_mut()))
            }
            Self::RawDeflate(deflate) => {
                deflate.try_finish()?;
                Ok(std::mem::take(deflate.get_mut()))
            }
            _ => Ok(Vec::new()),
        }
    }
}

const GZIP_START: u8 = 0x1F;
