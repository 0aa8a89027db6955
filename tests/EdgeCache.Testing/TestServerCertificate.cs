using System.Security.Cryptography.X509Certificates;

namespace EdgeCache.Testing;

/// <summary>A server's certificate with its key, and the PEM files of both.</summary>
public sealed record TestServerCertificate(X509Certificate2 Certificate, string CertificateFile, string KeyFile);
