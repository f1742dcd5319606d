<?xml version="1.0" encoding="UTF-8"?>
<!--
  One TEI document of our profile as one HTML page for people (XSLT 1.0, no extension, no document()).

  The page has no script and asks for nothing: its style is in it, and its policy forbids the rest. Inside the element
  with class "text" stands the text of the cable, every character of it; what the page adds there, to say what
  something is, is in elements with class "added". No address of the document becomes a link, but those into the page
  and http(s) addresses of a licence.

  No pattern of a template or a key has a predicate: to match it, libxslt counts the siblings of a node, so that many
  siblings take time by the square of their number. What depends on an attribute is chosen inside the template.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="http://www.tei-c.org/ns/1.0"
                exclude-result-prefixes="t">

  <xsl:output method="html" encoding="UTF-8"/>

  <!-- The style sheet, which stands in the page. -->
  <xsl:param name="css"/>

  <xsl:key name="id" match="*" use="@xml:id"/>
  <xsl:key name="goes-on" match="t:body//t:ref" use="@corresp"/>

  <xsl:variable name="file" select="/t:TEI/t:teiHeader/t:fileDesc"/>
  <xsl:variable name="profile" select="/t:TEI/t:teiHeader/t:profileDesc"/>
  <xsl:variable name="title" select="$file/t:titleStmt/t:title[@type = 'main']"/>
  <xsl:variable name="identifier" select="$file/t:publicationStmt/t:idno[@type = 'cable']"/>
  <xsl:variable name="availability" select="$file/t:publicationStmt/t:availability"/>
  <xsl:variable name="capture" select="$file/t:sourceDesc/t:bibl[@type = 'capture']"/>
  <xsl:variable name="release" select="$file/t:sourceDesc/t:bibl[@type = 'release']"/>
  <xsl:variable name="original" select="$file/t:sourceDesc/t:bibl[@type = 'original']"/>
  <xsl:variable name="sent" select="$profile/t:correspDesc/t:correspAction[@type = 'sent']"/>
  <xsl:variable name="routing" select="/t:TEI/t:text/t:front/t:div[@type = 'transmission']"/>
  <xsl:variable name="document" select="/t:TEI/t:text/t:body/t:div[@type = 'document']"/>
  <xsl:variable name="texts" select="$routing | $document"/>
  <xsl:variable name="lost-head" select="$document/t:gap[@reason = 'notInSource'][@unit = 'section']"/>
  <xsl:variable name="lost-tail" select="$document/t:gap[@reason = 'notInSource'][@unit = 'chars']"/>
  <xsl:variable name="redactions" select="$texts//t:gap[@reason = 'redacted']"/>
  <xsl:variable name="level" select="$profile/t:textClass/t:catRef[@scheme = '#classification']/@target"/>

  <!-- == The page == -->

  <xsl:template match="/">
    <html lang="{t:TEI/@xml:lang}">
      <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="robots" content="noindex"/>
        <meta name="referrer" content="no-referrer"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="generator" content="{t:TEI/t:teiHeader/t:encodingDesc/t:appInfo/t:application/t:label}"/>
        <title>
          <xsl:value-of select="$identifier"/>
          <xsl:if test="$title != concat('Telegram ', $identifier)">: <xsl:value-of select="$title"/></xsl:if>
        </title>
        <style><xsl:value-of select="$css"/></style>
      </head>
      <body>
        <a class="skip" href="#text">Skip to the text of the cable</a>
        <header>
          <p class="what"><xsl:value-of select="$file/t:titleStmt/t:title[@type = 'desc']"/></p>
          <h1><xsl:value-of select="$title"/></h1>
          <p class="state">
            <xsl:if test="$level">
              <span class="badge">
                <xsl:text>Marked: </xsl:text><xsl:call-template name="level"/>
              </span>
              <xsl:text> </xsl:text>
            </xsl:if>
            <span class="badge"><xsl:value-of select="substring-before($availability/t:p[1], '.')"/></span>
            <xsl:if test="$lost-head or $lost-tail">
              <xsl:text> </xsl:text><span class="badge">Incomplete</span>
            </xsl:if>
            <xsl:if test="$redactions">
              <xsl:text> </xsl:text>
              <span class="badge">
                <xsl:call-template name="counted">
                  <xsl:with-param name="number" select="count($redactions)"/>
                  <xsl:with-param name="one" select="'redaction'"/>
                </xsl:call-template>
              </span>
            </xsl:if>
          </p>
        </header>
        <main>
          <xsl:call-template name="facts"/>
          <xsl:call-template name="sections"/>
          <xsl:call-template name="article"/>
          <xsl:call-template name="legend"/>
        </main>
        <xsl:call-template name="footer"/>
      </body>
    </html>
  </xsl:template>

  <!-- == The facts == -->

  <xsl:template name="facts">
    <section class="facts" aria-labelledby="facts">
      <h2 id="facts">About this cable</h2>
      <table>
        <tbody>
          <tr>
            <th scope="row">Identifier</th>
            <td>
              <xsl:value-of select="$identifier"/>
              <xsl:for-each select="$file/t:publicationStmt/t:idno[@type = 'received']">
                <xsl:text> — </xsl:text><span class="says">received as <xsl:value-of select="."/></span>
              </xsl:for-each>
            </td>
          </tr>
          <xsl:for-each select="$original/t:idno[@type = 'mrn']">
            <tr><th scope="row">Message reference</th><td><xsl:value-of select="."/></td></tr>
          </xsl:for-each>
          <xsl:call-template name="parties"/>
          <xsl:for-each select="$profile/t:creation/t:date">
            <tr><th scope="row">Created</th><td><xsl:call-template name="created"/></td></tr>
          </xsl:for-each>
          <xsl:for-each select="($texts//t:date[@type = 'dtg'])[1]">
            <tr>
              <th scope="row">Date-time group</th>
              <td>
                <xsl:value-of select="normalize-space(.)"/>
                <xsl:if test="@when">
                  <xsl:text> — </xsl:text><span class="says"><xsl:call-template name="moment"/></span>
                </xsl:if>
              </td>
            </tr>
          </xsl:for-each>
          <xsl:call-template name="marking"/>
          <xsl:call-template name="subjects"/>
          <xsl:call-template name="references"/>
          <xsl:call-template name="wholeness"/>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <xsl:template name="parties">
    <xsl:variable name="received" select="$profile/t:correspDesc/t:correspAction[@type = 'received']"/>
    <xsl:if test="$sent/t:orgName">
      <tr>
        <th scope="row">From</th>
        <td>
          <xsl:value-of select="$sent/t:orgName[1]"/>
          <xsl:for-each select="$sent/t:orgName[position() &gt; 1]">
            <xsl:text> — </xsl:text><span class="says"><xsl:value-of select="."/> in the routing header</span>
          </xsl:for-each>
        </td>
      </tr>
    </xsl:if>
    <xsl:call-template name="addressees">
      <xsl:with-param name="label" select="'To'"/>
      <xsl:with-param name="all" select="$received[@subtype = 'action']"/>
    </xsl:call-template>
    <xsl:call-template name="addressees">
      <xsl:with-param name="label" select="'For information'"/>
      <xsl:with-param name="all" select="$received[@subtype = 'info']"/>
    </xsl:call-template>
    <xsl:if test="$lost-head and not($received)">
      <tr><th scope="row">To</th><td><span class="says">not known: the routing header is missing</span></td></tr>
    </xsl:if>
  </xsl:template>

  <xsl:template name="addressees">
    <xsl:param name="label"/>
    <xsl:param name="all"/>
    <xsl:if test="$all">
      <tr>
        <th scope="row"><xsl:value-of select="$label"/></th>
        <td>
          <ul>
            <xsl:for-each select="$all">
              <li>
                <xsl:value-of select="t:orgName"/>
                <xsl:if test="@ana">
                  <small> (<xsl:value-of select="key('id', substring-after(@ana, '#'))/t:catDesc"/>)</small>
                </xsl:if>
                <xsl:for-each select="t:note[@type = 'excluded']">
                  <small>, not <xsl:value-of select="."/></small>
                </xsl:for-each>
              </li>
            </xsl:for-each>
          </ul>
        </td>
      </tr>
    </xsl:if>
  </xsl:template>

  <!-- The date of creation, and in words what it is worth. Context: creation/date. -->
  <xsl:template name="created">
    <xsl:variable name="clock" select="substring(@when, 12, 5)"/>
    <xsl:choose>
      <xsl:when test="@notBefore">
        <xsl:call-template name="day"><xsl:with-param name="iso" select="@notBefore"/></xsl:call-template>
        <xsl:value-of select="concat(', between ', substring(@notBefore, 12, 5), ' and ',
                                     substring(@notAfter, 12, 5))"/>
        <xsl:text> — </xsl:text><span class="says">
          <xsl:value-of select="concat('printed ', ., '; pages of this kind have the right hour and false minutes')"/>
        </span>
      </xsl:when>
      <xsl:when test="not(@when)">
        <xsl:value-of select="."/>
        <xsl:text> — </xsl:text><span class="says">as printed; no date that exists</span>
      </xsl:when>
      <xsl:when test="$clock = ''">
        <xsl:call-template name="moment"/>
        <xsl:text> — </xsl:text><span class="says">as the source states it</span>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="moment"/>
        <xsl:text> — </xsl:text><span class="says">
          <xsl:choose>
            <xsl:when test="substring($sent/t:date[@corresp]/@when, 1, 16) = substring(@when, 1, 16)">
              <xsl:text>confirmed by the date-time group</xsl:text>
            </xsl:when>
            <xsl:when test="@evidence = 'internal'">confirmed by the text of the cable</xsl:when>
            <xsl:when test="substring(@when, 20) = 'Z'">as the source states it</xsl:when>
            <xsl:otherwise>as the source states it, without a time zone</xsl:otherwise>
          </xsl:choose>
        </span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A date, or a date and time, in words. Context: date with when. -->
  <xsl:template name="moment">
    <xsl:call-template name="day"><xsl:with-param name="iso" select="@when"/></xsl:call-template>
    <xsl:if test="substring(@when, 12)">
      <xsl:value-of select="concat(', ', substring(@when, 12, 5))"/>
      <xsl:if test="substring(@when, 20) = 'Z'"> UTC</xsl:if>
    </xsl:if>
  </xsl:template>

  <xsl:template name="day">
    <xsl:param name="iso"/>
    <xsl:variable name="months" select="concat('January  February March    April    May      June     ',
                                               'July     August   SeptemberOctober  November December ')"/>
    <xsl:variable name="month" select="substring($months, number(substring($iso, 6, 2)) * 9 - 8, 9)"/>
    <xsl:value-of select="concat(number(substring($iso, 9, 2)), ' ', normalize-space($month), ' ',
                                 substring($iso, 1, 4))"/>
  </xsl:template>

  <!-- The level that the page states, else the banner, with the handling words. -->
  <xsl:template name="level">
    <xsl:value-of select="key('id', substring-after($level, '#'))/t:catDesc"/>
    <xsl:for-each select="$profile/t:textClass/t:catRef[@scheme = '#handling']">
      <xsl:value-of select="concat(', ', key('id', substring-after(@target, '#'))/t:catDesc)"/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="marking">
    <xsl:variable name="banner" select="($document//t:seg[@type = 'classification'])[1]"/>
    <xsl:if test="$level or $banner">
      <tr>
        <th scope="row">Classification</th>
        <td>
          <xsl:choose>
            <xsl:when test="$banner"><xsl:apply-templates select="$banner" mode="plain"/></xsl:when>
            <xsl:otherwise><xsl:call-template name="level"/></xsl:otherwise>
          </xsl:choose>
          <xsl:choose>
            <xsl:when test="$banner/@ana and $level and not(contains(concat($banner/@ana, ' '), concat($level, ' ')))">
              <xsl:text> — </xsl:text><span class="says">
                <xsl:text>as the text prints it; the page that holds it states: </xsl:text>
                <xsl:call-template name="level"/>
              </span>
            </xsl:when>
            <xsl:when test="$banner and $level">
              <xsl:text> — </xsl:text>
              <span class="says"><xsl:call-template name="level"/>, as printed by the originator</span>
            </xsl:when>
            <xsl:when test="$banner">
              <xsl:text> — </xsl:text><span class="says">as printed by the originator</span>
            </xsl:when>
            <xsl:otherwise>
              <xsl:text> — </xsl:text><span class="says">as the page states it; the text prints none</span>
            </xsl:otherwise>
          </xsl:choose>
        </td>
      </tr>
    </xsl:if>
    <xsl:for-each select="($document//t:seg[@type = 'declassification'])[1]">
      <tr>
        <th scope="row">Declassification instruction</th>
        <td>
          <xsl:apply-templates select="." mode="plain"/>
          <xsl:text> — </xsl:text><span class="says">as printed; it is not applied here</span>
        </td>
      </tr>
    </xsl:for-each>
    <xsl:variable name="reasons" select="key('id', 'reasons')/t:category"/>
    <xsl:if test="$reasons">
      <tr>
        <th scope="row">Reasons cited</th>
        <td>
          <ul class="lines">
            <xsl:for-each select="$reasons"><li><xsl:value-of select="t:catDesc"/></li></xsl:for-each>
          </ul>
        </td>
      </tr>
    </xsl:if>
  </xsl:template>

  <xsl:template name="subjects">
    <xsl:variable name="captions" select="$profile/t:textClass/t:catRef[@scheme = '#captions']"/>
    <xsl:variable name="terms" select="$profile/t:textClass/t:keywords/t:term"/>
    <xsl:if test="$captions">
      <tr>
        <th scope="row">Captions</th>
        <td>
          <ul>
            <xsl:for-each select="$captions">
              <li><xsl:value-of select="key('id', substring-after(@target, '#'))/t:catDesc"/></li>
            </xsl:for-each>
          </ul>
        </td>
      </tr>
    </xsl:if>
    <xsl:if test="$terms">
      <tr>
        <th scope="row"><abbr title="Traffic Analysis by Geography and Subject">TAGS</abbr></th>
        <td>
          <ul>
            <xsl:for-each select="$terms">
              <li>
                <xsl:value-of select="."/>
                <xsl:if test="@type != 'unknown'"><small> (<xsl:value-of select="@type"/>)</small></xsl:if>
                <xsl:if test="@resp = '#src-capture'"><small> (stated by the page only)</small></xsl:if>
              </li>
            </xsl:for-each>
          </ul>
        </td>
      </tr>
    </xsl:if>
  </xsl:template>

  <!-- The references of the text, then those that only the page has. -->
  <xsl:template name="references">
    <xsl:variable name="in-text" select="$document//t:ref[@xml:id]"/>
    <xsl:variable name="others" select="$profile/t:correspDesc/t:correspContext/t:ref[not(@corresp)]"/>
    <xsl:if test="$in-text or $others">
      <tr>
        <th scope="row">References</th>
        <td>
          <ul class="lines">
            <xsl:for-each select="$in-text">
              <xsl:variable name="pointer" select="concat('#', @xml:id)"/>
              <li>
                <xsl:if test="@n"><xsl:value-of select="concat(@n, '. ')"/></xsl:if>
                <a href="{$pointer}">
                  <xsl:apply-templates select="." mode="plain"/>
                  <!-- An interrupted reference goes on in other elements. -->
                  <xsl:for-each select="key('goes-on', $pointer)">
                    <xsl:text> </xsl:text><xsl:apply-templates select="." mode="plain"/>
                  </xsl:for-each>
                </a>
                <xsl:call-template name="cable-meant"/>
              </li>
            </xsl:for-each>
            <xsl:for-each select="$others">
              <li><xsl:value-of select="."/><xsl:call-template name="cable-meant"/></li>
            </xsl:for-each>
          </ul>
        </td>
      </tr>
    </xsl:if>
  </xsl:template>

  <!-- The cable that a reference names. Context: ref. -->
  <xsl:template name="cable-meant">
    <xsl:if test="starts-with(@target, 'cable:')">
      <small>
        <xsl:value-of select="concat(' (', substring-after(@target, 'cable:'))"/>
        <xsl:choose>
          <xsl:when test="@cert">, its year inferred</xsl:when>
          <xsl:when test="@resp = '#src-capture'">, stated by the page only</xsl:when>
        </xsl:choose>
        <xsl:text>)</xsl:text>
      </small>
    </xsl:if>
  </xsl:template>

  <xsl:template name="wholeness">
    <xsl:variable name="says" select="$original/t:note[@type = 'completeness']"/>
    <tr>
      <th scope="row">Completeness</th>
      <td>
        <xsl:choose>
          <xsl:when test="$lost-head and $lost-tail">
            <xsl:text>The source lacks the routing header and the end of the text</xsl:text>
          </xsl:when>
          <xsl:when test="$lost-head">The source lacks the routing header</xsl:when>
          <xsl:when test="$lost-tail">The source lacks the end of the text</xsl:when>
          <xsl:otherwise>Nothing is known to be missing</xsl:otherwise>
        </xsl:choose>
        <xsl:choose>
          <xsl:when test="$says[@resp = '#src-capture']">
            <xsl:text> — </xsl:text><span class="says">the source says: “<xsl:value-of select="$says"/>”</span>
          </xsl:when>
          <xsl:otherwise><xsl:text> — </xsl:text><span class="says">the source does not say</span></xsl:otherwise>
        </xsl:choose>
      </td>
    </tr>
    <tr>
      <th scope="row">Redaction</th>
      <td>
        <xsl:call-template name="counted">
          <xsl:with-param name="number" select="count($redactions)"/>
          <xsl:with-param name="one" select="'redaction'"/>
        </xsl:call-template>
        <xsl:text> in the text</xsl:text>
        <xsl:for-each select="$original/t:note[@type = 'redaction'][@resp = '#src-capture']">
          <xsl:text> — </xsl:text><span class="says">the source says: “<xsl:value-of select="."/>”</span>
        </xsl:for-each>
      </td>
    </tr>
  </xsl:template>

  <xsl:template name="counted">
    <xsl:param name="number"/>
    <xsl:param name="one"/>
    <xsl:choose>
      <xsl:when test="$number = 0"><xsl:value-of select="concat('No ', $one)"/></xsl:when>
      <xsl:when test="$number = 1"><xsl:value-of select="concat('1 ', $one)"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="concat($number, ' ', $one, 's')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- == The text == -->

  <xsl:template name="sections">
    <xsl:variable name="sections" select="$document/t:div[@type = 'section']"/>
    <xsl:if test="count($sections) &gt; 2">
      <nav aria-labelledby="sections">
        <h2 id="sections">Sections</h2>
        <ol>
          <xsl:for-each select="$sections">
            <li><a href="#{@xml:id}"><xsl:apply-templates select="t:head" mode="contents"/></a></li>
          </xsl:for-each>
        </ol>
      </nav>
    </xsl:if>
  </xsl:template>

  <xsl:template name="article">
    <article aria-labelledby="text">
      <h2 id="text">Text</h2>
      <xsl:if test="contains($document, '&#10;')">
        <input type="checkbox" id="as-captured"/>
        <label for="as-captured">Show it as captured, line by line</label>
      </xsl:if>
      <xsl:if test="$routing">
        <section class="text routing" aria-label="Routing header">
          <xsl:attribute name="id"><xsl:value-of select="$routing/@xml:id"/></xsl:attribute>
          <xsl:apply-templates select="$routing/node()"/>
        </section>
      </xsl:if>
      <xsl:if test="$lost-head">
        <p class="lost">What came before, the routing header, is not in the source.</p>
      </xsl:if>
      <div class="text" id="{$document/@xml:id}"><xsl:apply-templates select="$document/node()"/></div>
      <xsl:if test="$lost-tail">
        <p class="lost">The text breaks off here: its end is not in the source.</p>
      </xsl:if>
    </article>
  </xsl:template>

  <xsl:template match="t:opener"><div class="opener"><xsl:apply-templates/></div></xsl:template>

  <xsl:template match="t:div">
    <section id="{@xml:id}" aria-labelledby="{@xml:id}-head"><xsl:apply-templates/></section>
  </xsl:template>

  <xsl:template match="t:head">
    <h3 id="{../@xml:id}-head"><xsl:apply-templates mode="heading"/></h3>
  </xsl:template>

  <xsl:template match="t:p">
    <p id="{@xml:id}">
      <xsl:attribute name="class">
        <xsl:text>para</xsl:text>
        <!-- Columns, or lines that begin far in, are a table: its spaces and breaks mean something. -->
        <xsl:if test="contains(., '&#10;') and (contains(., '    ') or contains(., '&#9;'))"> lined</xsl:if>
      </xsl:attribute>
      <xsl:apply-templates/>
    </p>
  </xsl:template>

  <!-- Lines of a paragraph are those of a teletype and flow together; an empty line and a list are the author's. -->
  <xsl:template match="t:p//text()">
    <!-- One predicate a step: with a second one, libxml2 would collect all siblings before it took the first. -->
    <xsl:choose>
      <xsl:when test="contains(., '&#10;') and string-length() &lt; 30000">
        <xsl:call-template name="flowed">
          <xsl:with-param name="rest" select="string(.)"/>
          <xsl:with-param name="begun" select="boolean(preceding-sibling::node()[1]/self::node()[not(self::t:fw)])"/>
          <xsl:with-param name="inside" select="true()"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    Line by line. begun: text stands before, which no page banner parts from this; inside: this goes on in a line;
    apart: empty lines stand before; left: how deep this may yet nest.
  -->
  <xsl:template name="flowed">
    <xsl:param name="rest"/>
    <xsl:param name="begun"/>
    <xsl:param name="inside" select="false()"/>
    <xsl:param name="apart" select="false()"/>
    <xsl:param name="left" select="1000"/>
    <xsl:variable name="is-last" select="not(contains($rest, '&#10;'))"/>
    <xsl:variable name="line" select="substring-before(concat($rest, '&#10;'), '&#10;')"/>
    <xsl:variable name="says" select="normalize-space($line)"/>
    <xsl:if test="$begun and not($inside)">
      <xsl:choose>
        <xsl:when test="$apart and ($says != '' or ($is-last and following-sibling::node()[1]/self::node()[not(self::t:fw)]))">
          <br/><br/>
        </xsl:when>
        <xsl:when test="$says != '' and contains('-*&#8226;', substring($says, 1, 1))"><br/></xsl:when>
      </xsl:choose>
    </xsl:if>
    <xsl:choose>
      <xsl:when test="$is-last or $left = 0"><xsl:value-of select="$rest"/></xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat($line, '&#10;')"/>
        <xsl:call-template name="flowed">
          <xsl:with-param name="rest" select="substring-after($rest, '&#10;')"/>
          <xsl:with-param name="begun" select="$begun or $says != ''"/>
          <xsl:with-param name="apart" select="$says = '' and not($inside)"/>
          <xsl:with-param name="left" select="$left - 1"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="t:label"><span class="number"><xsl:apply-templates/></span></xsl:template>

  <xsl:template match="t:seg">
    <xsl:choose>
      <xsl:when test="@type = 'portionMark'"><xsl:call-template name="portion-mark"/></xsl:when>
      <xsl:when test="@type = 'redacted'"><xsl:call-template name="redacted-words"/></xsl:when>
      <xsl:when test="parent::t:opener or parent::t:closer or parent::t:ab[@type = 'header']">
        <div class="line {@type}"><xsl:apply-templates/></div>
      </xsl:when>
      <xsl:otherwise><span class="{@type}"><xsl:apply-templates/></span></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="portion-mark">
    <xsl:variable name="meaning" select="key('id', substring-after(ancestor::t:p[1]/@ana, '#'))/t:catDesc"/>
    <span class="portion">
      <xsl:if test="$meaning"><xsl:attribute name="title"><xsl:value-of select="$meaning"/></xsl:attribute></xsl:if>
      <xsl:apply-templates/>
    </span>
  </xsl:template>

  <xsl:template match="t:ab">
    <xsl:choose>
      <xsl:when test="@type = 'header'">
        <div class="opener"><span class="added hidden">Header lines: </span><xsl:apply-templates/></div>
      </xsl:when>
      <xsl:otherwise><div class="block {@type}"><xsl:apply-templates/></div></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="t:trailer"><div class="trailer {@type}"><xsl:apply-templates/></div></xsl:template>
  <xsl:template match="t:closer"><div class="closer"><xsl:apply-templates/></div></xsl:template>

  <xsl:template match="t:signed">
    <div class="signed"><span class="added hidden">Signed: </span><xsl:apply-templates/></div>
  </xsl:template>

  <xsl:template match="t:fw">
    <span class="fw"><span class="added hidden">(Page banner: </span><xsl:apply-templates/>
    <span class="added hidden">) </span></span>
  </xsl:template>

  <xsl:template match="t:surplus">
    <xsl:choose>
      <xsl:when test="@reason = 'autoInsertedCaption'">
        <span class="stray" title="Inserted by software; no part of the sentence">
          <span class="added hidden">(inserted by software: </span><xsl:apply-templates/>
          <span class="added hidden">)</span>
        </span>
      </xsl:when>
      <xsl:otherwise>
        <span class="residue" title="Left by a database or a site; no part of the cable">
          <span class="added hidden">(left by a database or a site: </span><xsl:apply-templates/>
          <span class="added hidden">)</span>
        </span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A redaction: what it hides is nowhere; what stands in its place is the text's. Of a loss, the article tells. -->
  <xsl:template match="t:gap">
    <xsl:if test="@reason = 'redacted'">
      <span class="redacted">
        <xsl:if test="@xml:id"><xsl:attribute name="id"><xsl:value-of select="@xml:id"/></xsl:attribute></xsl:if>
        <xsl:call-template name="redacted"/>
        <xsl:if test="t:desc">
          <span class="printed">
            <xsl:if test="@quantity"><xsl:attribute name="aria-hidden">true</xsl:attribute></xsl:if>
            <xsl:value-of select="t:desc"/>
          </span>
        </xsl:if>
      </span>
    </xsl:if>
  </xsl:template>

  <xsl:template name="redacted-words">
    <span class="redacted">
      <xsl:for-each select="t:gap[1]"><xsl:call-template name="redacted"/></xsl:for-each>
      <span class="printed"><xsl:apply-templates select="node()[not(self::t:gap[not(t:desc)])]"/></span>
    </span>
  </xsl:template>

  <xsl:template name="redacted">
    <span class="added">
      <xsl:text>redacted</xsl:text>
      <xsl:if test="@quantity">
        <xsl:text>, </xsl:text>
        <xsl:call-template name="counted">
          <xsl:with-param name="number" select="@quantity"/>
          <xsl:with-param name="one" select="'character'"/>
        </xsl:call-template>
      </xsl:if>
      <span class="hidden">: </span>
    </span>
  </xsl:template>

  <xsl:template match="t:ref">
    <xsl:variable name="there" select="key('id', substring-after(@target, '#'))"/>
    <xsl:choose>
      <xsl:when test="starts-with(@target, '#') and $there[self::t:ref]">
        <a class="mention" href="#{$there/@xml:id}"><xsl:apply-templates/></a>
      </xsl:when>
      <xsl:otherwise>
        <span class="reference">
          <xsl:if test="@xml:id"><xsl:attribute name="id"><xsl:value-of select="@xml:id"/></xsl:attribute></xsl:if>
          <xsl:apply-templates/>
        </span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="t:date">
    <xsl:choose>
      <xsl:when test="@when"><time datetime="{@when}"><xsl:apply-templates/></time></xsl:when>
      <xsl:otherwise><xsl:apply-templates/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A character that neither XML nor HTML can hold; those that part pages and lines are white space. -->
  <xsl:template match="t:g">
    <xsl:choose>
      <xsl:when test="@ref = '#char-000B' or @ref = '#char-000C'"><xsl:text> </xsl:text></xsl:when>
      <xsl:otherwise>
        <span class="added glyph" title="A character that no page can show">
          <xsl:value-of select="concat('[U+', substring-after(@ref, '#char-'), ']')"/>
        </span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- == Headings: a run of dashes is a line drawn, not a word == -->

  <xsl:template match="text()" mode="heading">
    <xsl:call-template name="drawn"><xsl:with-param name="rest" select="string(.)"/></xsl:call-template>
  </xsl:template>

  <xsl:template match="*" mode="heading"><xsl:apply-templates select="."/></xsl:template>

  <xsl:template match="t:head" mode="contents">
    <xsl:call-template name="drawn">
      <xsl:with-param name="rest" select="normalize-space(.)"/>
      <xsl:with-param name="drop" select="true()"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Text word by word, white space kept. A long text is no heading, and would nest too deep: it stays whole. -->
  <xsl:template name="drawn">
    <xsl:param name="rest"/>
    <xsl:param name="drop" select="false()"/>
    <xsl:variable name="spaced" select="concat(translate($rest, '&#9;&#10;&#13;', '   '), ' ')"/>
    <xsl:variable name="word" select="substring-before($spaced, ' ')"/>
    <xsl:choose>
      <xsl:when test="string-length($rest) &gt; 300"><xsl:value-of select="$rest"/></xsl:when>
      <xsl:when test="$rest != ''">
        <xsl:choose>
          <xsl:when test="string-length($word) &gt; 2 and translate($word, '-=_*~.', '') = ''">
            <xsl:if test="not($drop)">
              <span class="rule" aria-hidden="true"><xsl:value-of select="$word"/></span>
            </xsl:if>
          </xsl:when>
          <xsl:otherwise><xsl:value-of select="$word"/></xsl:otherwise>
        </xsl:choose>
        <xsl:value-of select="substring($rest, string-length($word) + 1, 1)"/>
        <xsl:call-template name="drawn">
          <xsl:with-param name="rest" select="substring($rest, string-length($word) + 2)"/>
          <xsl:with-param name="drop" select="$drop"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- An element of the text as one line of the table. -->
  <xsl:template match="*" mode="plain"><xsl:value-of select="normalize-space(.)"/></xsl:template>

  <!-- == What the marks mean == -->

  <xsl:template name="legend">
    <xsl:variable name="stray" select="$texts//t:surplus[@reason = 'autoInsertedCaption']"/>
    <xsl:variable name="residue" select="$texts//t:surplus[@reason = 'residue']"/>
    <xsl:variable name="banners" select="$texts//t:fw"/>
    <xsl:variable name="portions" select="$document//t:seg[@type = 'portionMark']"/>
    <xsl:if test="$redactions or $stray or $residue or $banners or $portions">
      <section class="legend" aria-labelledby="marks">
        <h2 id="marks">Marks in the text</h2>
        <dl>
          <xsl:if test="$portions">
            <dt><span class="portion">(C)</span></dt>
            <dd>The portion mark of a paragraph, as printed.</dd>
          </xsl:if>
          <xsl:if test="$redactions">
            <dt><span class="redacted"><span>redacted</span></span></dt>
            <dd>
              <xsl:text>Something was taken out before this text was published. The length is that of the </xsl:text>
              <xsl:text>mark in its place, not always of what it hides.</xsl:text>
            </dd>
          </xsl:if>
          <xsl:if test="$stray">
            <dt><span class="stray">SIPDIS</span></dt>
            <dd>A caption that software inserted into a sentence.</dd>
          </xsl:if>
          <xsl:if test="$residue">
            <dt><span class="residue">residue</span></dt>
            <dd>What a database or a site left in the text.</dd>
          </xsl:if>
          <xsl:if test="$banners">
            <dt><span class="fw">page 2 of 3</span></dt>
            <dd>The banner of a page of the telegram.</dd>
          </xsl:if>
        </dl>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- == Where it comes from == -->

  <xsl:template name="footer">
    <xsl:variable name="made" select="$file/t:publicationStmt"/>
    <footer>
      <h2 id="source">Source</h2>
      <table aria-labelledby="source">
        <tbody>
          <xsl:for-each select="$release">
            <tr>
              <th scope="row">Release</th>
              <td>
                <xsl:value-of select="t:title"/>
                <xsl:for-each select="t:date[@when]">
                  <xsl:text>, </xsl:text>
                  <xsl:call-template name="moment"/>
                </xsl:for-each>
                <xsl:text> — </xsl:text><span class="says">
                  <xsl:choose>
                    <xsl:when test="t:note/@subtype = 'path'">by the folder or file that held the source</xsl:when>
                    <xsl:when test="t:note/@subtype = 'flag'">by whoever packaged the source</xsl:when>
                    <xsl:otherwise>the source says: “<xsl:value-of select="t:note"/>”</xsl:otherwise>
                  </xsl:choose>
                </span>
              </td>
            </tr>
          </xsl:for-each>
          <tr>
            <th scope="row">Captured page</th>
            <td>
              <xsl:value-of select="$capture/t:title"/>
              <xsl:for-each select="$capture/t:note[@type = 'disclaimer']">
                <xsl:text> — </xsl:text><span class="says">“<xsl:value-of select="."/>”</span>
              </xsl:for-each>
            </td>
          </tr>
          <tr>
            <th scope="row">File</th>
            <td>
              <xsl:value-of select="$capture/t:ref"/>
              <xsl:text> — </xsl:text><span class="says"><xsl:value-of select="$capture/t:extent/t:measure"/></span>
            </td>
          </tr>
          <xsl:for-each select="$capture/t:relatedItem/t:bibl">
            <tr>
              <th scope="row">Part of</th>
              <td>
                <xsl:value-of select="t:title"/>
                <xsl:for-each select="t:biblScope">
                  <xsl:text> — </xsl:text><span class="says"><xsl:value-of select="."/></span>
                </xsl:for-each>
              </td>
            </tr>
          </xsl:for-each>
          <tr>
            <th scope="row">SHA-256 of the file</th>
            <td><code><xsl:value-of select="$capture/t:idno[@subtype = 'file']"/></code></td>
          </tr>
          <tr>
            <th scope="row">SHA-256 of the text</th>
            <td><code><xsl:value-of select="$capture/t:idno[@subtype = 'text']"/></code></td>
          </tr>
        </tbody>
      </table>
      <h2>Rights and access</h2>
      <xsl:for-each select="$availability/t:p"><p><xsl:value-of select="."/></p></xsl:for-each>
      <p>
        <xsl:text>Copyright: </xsl:text>
        <xsl:for-each select="$availability/t:licence">
          <xsl:choose>
            <xsl:when test="starts-with(@target, 'http://') or starts-with(@target, 'https://')">
              <a href="{@target}" rel="license noreferrer"><xsl:value-of select="."/></a>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
          </xsl:choose>
        </xsl:for-each>
        <xsl:text>.</xsl:text>
      </p>
      <p class="made">
        <xsl:value-of select="concat('Made by ', t:TEI/t:teiHeader/t:encodingDesc/t:appInfo/t:application/t:label)"/>
        <xsl:for-each select="$made/t:date"><xsl:text>, </xsl:text><xsl:call-template name="moment"/></xsl:for-each>
        <xsl:if test="$made/t:authority != 'not stated'">
          <xsl:value-of select="concat(', for ', $made/t:authority)"/>
        </xsl:if>
        <xsl:text>. No redaction is filled in, no word is corrected; the TEI of this cable is the authority.</xsl:text>
      </p>
    </footer>
  </xsl:template>

</xsl:stylesheet>
