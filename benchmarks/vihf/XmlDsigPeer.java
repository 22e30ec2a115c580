// The JDK's own XML signature (javax.xml.crypto over DOM), as a peer to measure and as an oracle to disagree with.
//
//   java XmlDsigPeer.java judge CERT.der FILE...     one line a file: "valid|invalid|error NAME"
//   java XmlDsigPeer.java time  CERT.der FILE ROUND_MS ROUNDS   for each line read, one round: microseconds per parse + verify
//
// In judge mode with a single argument "-", file names are read from standard input, one a line.

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public class XmlDsigPeer {
    static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
    static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] args) throws Exception {
        PublicKey key = CertificateFactory.getInstance("X.509")
            .generateCertificate(Files.newInputStream(Path.of(args[1]))).getPublicKey();
        if (args[0].equals("judge")) {
            for (String name : names(args)) {
                System.out.println(judge(Files.readAllBytes(Path.of(name)), key) + " " + name);
            }
        } else {
            time(Files.readAllBytes(Path.of(args[2])), key, Long.parseLong(args[3]), Integer.parseInt(args[4]));
        }
    }

    static List<String> names(String[] args) throws Exception {
        if (args.length > 2) return Arrays.asList(args).subList(2, args.length);
        List<String> names = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) names.add(line);
        return names;
    }

    static String judge(byte[] data, PublicKey key) {
        try {
            return verify(data, key) ? "valid" : "invalid";
        } catch (Exception refused) {
            return "error";
        }
    }

    static boolean verify(byte[] data, PublicKey key) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        Document document = builder.parse(new ByteArrayInputStream(data));
        NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        if (signatures.getLength() == 0) return false;
        DOMValidateContext context =
            new DOMValidateContext(KeySelector.singletonKeySelector(key), signatures.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        NodeList assertions = document.getElementsByTagNameNS(SAML, "Assertion");
        for (int i = 0; i < assertions.getLength(); i++) {
            Element assertion = (Element) assertions.item(i);
            if (assertion.hasAttributeNS(null, "ID")) context.setIdAttributeNS(assertion, null, "ID");
        }
        return FACTORY.unmarshalXMLSignature(context).validate(context);
    }

    static void time(byte[] data, PublicKey key, long roundMs, int rounds) throws Exception {
        if (!verify(data, key)) throw new IllegalStateException("the token to time is not valid");
        // Processor time too: on a busy machine, eight seconds of the clock are not enough to compile everything.
        long warm = THREADS.getCurrentThreadCpuTime() + 8_000_000_000L;
        while (THREADS.getCurrentThreadCpuTime() < warm) verify(data, key);
        BufferedReader go = new BufferedReader(new InputStreamReader(System.in));
        for (int round = 0; round < rounds; round++) {
            go.readLine(); // one line a round: the other side measures while this one waits
            // Processor time of this thread: what the compiler and the collector do beside is not counted against the JDK.
            long start = THREADS.getCurrentThreadCpuTime(), end = start + roundMs * 1_000_000L;
            int count = 0;
            while (THREADS.getCurrentThreadCpuTime() < end) { verify(data, key); count++; }
            System.out.println((THREADS.getCurrentThreadCpuTime() - start) / 1000.0 / count);
            System.out.flush();
        }
    }
}
